import TesseraIR

/// Nodes that no output and no update depends on go away.
public struct RemoveUnusedNodes: Pass {
    public static let name = "removeUnusedNodes"
    public static let summary = "removes nodes that nothing depends on"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        let smaller = try graph.removingUnusedNodes()
        guard smaller.nodes.count < graph.nodes.count else { return graph }
        // Readers before what they read, so that any number of removals leaves a whole graph.
        let removed = graph.nodes.reversed().filter { !smaller.contains($0.id) }.prefix {
            log.apply($0, "removed: nothing depends on it")
        }
        guard !removed.isEmpty else { return graph }
        let ids = Set(removed.map(\.id))
        return try graph.rebuilding { node, _, _ in ids.contains(node.id) ? [] : nil }
    }
}
