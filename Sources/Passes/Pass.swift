import TesseraIR
import TesseraTensors

/// One named step of the compiler: a graph in, an equivalent graph out.
public protocol Pass: Sendable {
    /// A verb phrase in camel case: `fuseNormRelu`.
    static var name: String { get }
    /// What it does, in one sentence, for dumps.
    static var summary: String { get }
    init()
    /// Rewrites the graph, asking the log before every single rewrite whether it may still be done.
    func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph
}

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
    }

    public private(set) var entries: [Entry] = []
    private let limit: Int
    private var applied = 0
    fileprivate var pass = ""

    /// At most `limit` rewrites are applied.
    public init(limit: Int = .max) { self.limit = limit }

    /// Records a rewrite and says whether to do it.
    public func apply(_ node: Node, _ what: @autoclosure () -> String) -> Bool {
        guard applied < limit else { return false }
        applied += 1
        entries.append(Entry(pass: pass, place: Self.place(node), what: what(), isApplied: true))
        return true
    }

    /// Records why something that looked like a match was left alone.
    public func decline(_ node: Node, _ why: @autoclosure () -> String) {
        entries.append(Entry(pass: pass, place: Self.place(node), what: why(), isApplied: false))
    }

    private static func place(_ node: Node) -> String {
        "\(node.id) \(node.op.mnemonic)" + (node.path.isEmpty ? "" : " @\(node.path)")
    }
}

/// A visible list of passes, verified after each.
public struct Pipeline: Sendable {
    public let passes: [any Pass]

    public init(_ passes: [any Pass]) { self.passes = passes }

    /// The graph after all passes. `observe` sees the graph after every pass, for dumps.
    public func run(
        _ graph: Graph, log: RewriteLog = RewriteLog(), observe: ((_ pass: any Pass, _ graph: Graph) -> Void)? = nil
    ) throws -> Graph {
        var graph = graph
        try Verifier.verify(graph)
        for pass in passes {
            log.pass = type(of: pass).name
            let before = graph
            graph = try pass.run(graph, log)
            do { if !graph.isUnchanged(from: before) { try Verifier.verify(graph) } } catch let error as TesseraError {
                throw error.within("after the pass \(type(of: pass).name)")
            }
            observe?(pass, graph)
        }
        return graph
    }
}
