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
        guard graph.nodes.contains(where: { $0.op is BatchNormalization || $0.op is BatchNormalizationTraining }) else {
            return graph
        }
        let uses = graph.uses(), results = Set(graph.results)
        /// The norm behind a ReLU's input, where nothing else reads its first output.
        func norm(readOnlyBy node: Node) -> Node? {
            let producer = graph[node.inputs[0].node]
            guard producer.op is BatchNormalization || producer.op is BatchNormalizationTraining,
                node.inputs[0].slot == 0
            else { return nil }
            guard uses[node.inputs[0]]!.count == 1, !results.contains(node.inputs[0]) else {
                log.decline(node, "the norm \(producer.id) has other readers")
                return nil
            }
            return producer
        }
        var fusedNorms = Set<NodeID>()
        for node in graph.nodes where node.op is Relu {
            guard let producer = norm(readOnlyBy: node), log.apply(node, "with \(producer.id)") else { continue }
            fusedNorms.insert(producer.id)
        }
        // The fused node stands where the norm stood: the norm's other outputs keep their slots.
        return try graph.rebuilding { node, inputs, builder in
            let origins = node.modelNodes
            func add(_ op: any Op, _ inputs: [Value]) throws -> [Value] {
                try builder.add(op, inputs, path: node.path, origins: origins)
            }
            switch node.op {
            case let op as BatchNormalization where fusedNorms.contains(node.id):
                return try add(NormRelu(epsilon: op.epsilon), inputs)
            case let op as BatchNormalizationTraining where fusedNorms.contains(node.id):
                return try add(NormReluTraining(epsilon: op.epsilon), inputs)
            case is Relu where node.inputs[0].slot == 0 && fusedNorms.contains(node.inputs[0].node): return [inputs[0]]
            case let op as BatchNormalizationGradient:
                let mask = graph[node.inputs[0].node]
                guard mask.op is ReluGradient, uses[node.inputs[0]]!.count == 1 else { return nil }
                let relu = graph[mask.inputs[1].node]
                guard relu.op is Relu, relu.inputs[0].slot == 0, fusedNorms.contains(relu.inputs[0].node) else {
                    return nil
                }
                let norm = graph[relu.inputs[0].node]
                guard norm.inputs[0] == node.inputs[1], log.apply(node, "with \(mask.id)") else { return nil }
                let dy = builder.graph[inputs[0].node].inputs[0],
                    bias = builder.graph[builder.graph[inputs[0].node].inputs[1].node].inputs[2]
                return try add(
                    NormReluGradient(epsilon: op.epsilon, usesBatchStatistics: op.usesBatchStatistics),
                    [dy, inputs[1], inputs[2], bias, inputs[3], inputs[4]])
            default: return nil
            }
        }.removingUnusedNodes()
    }
}
