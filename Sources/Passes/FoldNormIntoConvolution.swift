import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: a batch norm that alone reads a convolution becomes part of its weights, W' = W · s and b' = bias + (b −
/// mean) · s with s = scale / √(variance + ε). W' is computed from the stored values, which stay as they are.
public struct FoldNormIntoConvolution: Pass {
    public static let name = "foldNormIntoConvolution"
    public static let summary = "multiplies the scale of a norm into the convolution before it"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        let uses = graph.uses(), results = Set(graph.results)
        return try graph.rebuilding { node, inputs, builder in
            guard let norm = node.op as? BatchNormalization else { return nil }
            let producer = graph[node.inputs[0].node]
            guard let convolution = producer.op as? Convolution else { return nil }
            guard uses[node.inputs[0]]!.count == 1, !results.contains(node.inputs[0]) else {
                log.decline(node, "the convolution \(producer.id) has other readers")
                return nil
            }
            guard
                Set(node.inputs.dropFirst().map { graph.type(of: $0).element }) == [
                    graph.type(of: producer.inputs[1]).element
                ]
            else {
                log.decline(node, "its parameters are of another type than the weight of \(producer.id)")
                return nil
            }
            guard log.apply(node, "into \(producer.id) @\(producer.path)") else { return nil }
            let source = builder.graph[inputs[0].node]
            func add(_ op: any Op, _ inputs: [Value]) throws -> Value {
                try builder.add(op, inputs, path: producer.path, origins: producer.modelNodes + node.modelNodes)[0]
            }
            let folded = try builder.add(
                FoldedNorm(epsilon: norm.epsilon), [source.inputs[1]] + inputs.dropFirst() + source.inputs.dropFirst(2),
                path: producer.path, origins: producer.modelNodes + node.modelNodes
            )
            return [try add(convolution, [source.inputs[0], folded[0], folded[1]])]
        }.removingUnusedNodes()
    }
}
