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
    }

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        var seen: [Key: [Value]] = [:]
        return try graph.rebuilding { node, inputs, builder in
            if node.op is Input || node.op is State { return nil }
            let key = Key(mnemonic: node.op.mnemonic, attributes: node.op.attributes.map(\.value), inputs: inputs)
            if let values = seen[key], log.apply(node, "the same as \(values[0].node)") { return values }
            let values = try builder.add(node.op, inputs, path: node.path, origins: node.origins, id: node.id)
            seen[key] = values
            return values
        }
    }
}
