import TesseraIR

/// What the passes did, rewrite by rewrite; it can stop them after a given number, so that a wrong rewrite is found by
/// bisection.
public final class RewriteLog {
    public struct Entry: Sendable {
        public let pass: String
        /// The node that was rewritten, with its path.
        public let place: String
        public let what: String
        /// False where the rewrite was considered and declined; `what` says why.
        public let isApplied: Bool
        /// The nodes that the rewrite stands for, or took away; first the one of `place`.
        public let covered: [NodeID]
        /// The nodes that it made.
        public internal(set) var made: [NodeID] = []
    }

    public private(set) var entries: [Entry] = []
    private let limit: Int
    private var applied = 0
    var pass = ""

    /// At most `limit` rewrites are applied.
    public init(limit: Int = .max) { self.limit = limit }

    /// Records a rewrite and says whether to do it. `others` are the nodes that it stands for beside this one.
    public func apply(_ node: Node, with others: [Node] = [], _ what: @autoclosure () -> String) -> Bool {
        guard applied < limit else { return false }
        applied += 1
        record(node, others, what(), isApplied: true)
        return true
    }

    /// Records why something that looked like a match was left alone.
    public func decline(_ node: Node, _ why: @autoclosure () -> String) {
        record(node, [], why(), isApplied: false)
    }

    /// Says which nodes the rewrite of an entry made.
    func note(made: [NodeID], by entry: Int) { entries[entry].made = made }

    private func record(_ node: Node, _ others: [Node], _ what: String, isApplied: Bool) {
        let place = "\(node.id) \(node.op.mnemonic)" + (node.path.isEmpty ? "" : " @\(node.path)")
        let covered = [node.id] + others.map(\.id).filter { $0 != node.id }
        entries.append(Entry(pass: pass, place: place, what: what, isApplied: isApplied, covered: covered))
    }
}
