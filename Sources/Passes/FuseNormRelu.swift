import TesseraIR
import TesseraOps
import TesseraTensors

/// A norm that only a ReLU reads, and the gradient of a norm that only the gradient of that ReLU reaches, each become
/// one node: one sweep over the tensor instead of two.
public struct FuseNormRelu: Pass {
    public static let name = "fuseNormRelu"
    public static let summary = "joins a norm and the ReLU after it, forward and backward"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        guard graph.nodes.contains(where: { $0.op is BatchNormalization }) else { return graph }
        let uses = graph.uses(), results = Set(graph.results)
        /// The norm behind a ReLU, where nothing else reads it.
        func norm(readOnlyBy node: Node) -> Node? {
            let producer = graph[node.inputs[0].node]
            guard producer.op is BatchNormalization else { return nil }
            guard uses[node.inputs[0]]!.count == 1, !results.contains(node.inputs[0]) else {
                log.decline(node, "the norm \(producer.id) has other readers")
                return nil
            }
            return producer
        }
        /// The fused norms by their ReLU.
        var fused: [NodeID: Node] = [:]
        for node in graph.nodes where node.op is Relu {
            if let producer = norm(readOnlyBy: node), log.apply(node, "with \(producer.id)") {
                fused[node.id] = producer
            }
        }
        /// The fused norm whose ReLU masks dy of a gradient of that norm, and the mask.
        func masked(_ node: Node) -> (norm: Node, mask: Node)? {
            let mask = graph[node.inputs[0].node]
            guard mask.op is ReluGradient, let norm = fused[mask.inputs[1].node], norm.inputs[0] == node.inputs[1],
                log.apply(node, "with \(mask.id)")
            else { return nil }
            return (norm, mask)
        }
        return try graph.rebuilding { node, inputs, builder in
            func add(_ op: any Op, _ inputs: [Value], with others: Node) throws -> [Value] {
                try builder.add(op, inputs, path: node.path, origins: node.modelNodes.union(others.modelNodes))
            }
            if let norm = fused[node.id] {
                let epsilon = (norm.op as! BatchNormalization).epsilon
                return try add(NormRelu(epsilon: epsilon), builder.graph[inputs[0].node].inputs, with: norm)
            }
            guard node.op is BatchNormalizationGradient || node.op is BatchNormalizationGradientSums,
                let (_, mask) = masked(node)
            else { return nil }
            let source = builder.graph[inputs[0].node]
            let (dy, parameters) = (source.inputs[0], builder.graph[source.inputs[1].node].inputs)
            switch node.op {
            case let op as BatchNormalizationGradientSums:
                let operands = [dy, inputs[1], parameters[1], parameters[2], inputs[2], inputs[3]]
                return try add(NormReluGradientSums(epsilon: op.epsilon), operands, with: mask)
            case let op as BatchNormalizationGradient:
                let fused = NormReluGradient(epsilon: op.epsilon, usesBatchStatistics: op.usesBatchStatistics)
                return try add(fused, [dy, inputs[1], inputs[2], parameters[2]] + inputs[3...], with: mask)
            default: return nil
            }
        }.removingUnusedNodes()
    }
}

extension [NodeID] {
    /// These, then those of the others that are not among them.
    fileprivate func union(_ others: [NodeID]) -> [NodeID] { self + others.filter { !contains($0) } }
}
