import TesseraIR

/// Nodes that no output and no update depends on go away.
public struct RemoveUnusedNodes: Pass {
    public static let name = "removeUnusedNodes"
    public static let summary = "removes nodes that nothing depends on"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        let smaller = try graph.removingUnusedNodes()
        for node in graph.nodes where !smaller.contains(node.id) {
            guard log.apply(node, "removed: nothing depends on it") else { return graph }
        }
        return smaller
    }
}
