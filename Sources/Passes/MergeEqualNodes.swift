import TesseraIR
import TesseraTensors

/// Common subexpressions: of nodes with equal ops on equal inputs only the first stays.
public struct MergeEqualNodes: Pass {
    public static let name = "mergeEqualNodes"
    public static let summary = "keeps one of several nodes that compute the same"
    public init() {}

    private struct Key: Hashable {
        let mnemonic: String
        let attributes: [AttributeValue]
        let inputs: [Value]
        let generation: Int

        init(_ node: Node, _ inputs: [Value]) {
            mnemonic = node.op.mnemonic
            attributes = node.op.attributes.map(\.value)
            self.inputs = inputs
            generation = node.generation
        }
    }

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        // The first two that are equal are so as they stand.
        guard Self.hasEqualNodes(graph) else { return graph }
        var seen: [Key: [Value]] = [:]
        return try graph.rebuilding { node, inputs, builder in
            if node.op is Input || node.op is State { return nil }
            let key = Key(node, inputs)
            if let values = seen[key], log.apply(node, "the same as \(values[0].node)") { return values }
            let values = try builder.add(node.op, inputs, keeping: node)
            seen[key] = values
            return values
        }
    }

    private static func hasEqualNodes(_ graph: Graph) -> Bool {
        var seen = Set<Key>(minimumCapacity: graph.nodes.count)
        return !graph.nodes.allSatisfy { $0.op is Input || $0.op is State || seen.insert(Key($0, $0.inputs)).inserted }
    }
}
