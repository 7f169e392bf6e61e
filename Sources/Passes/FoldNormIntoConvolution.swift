import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: a batch norm that alone reads a convolution becomes part of its weights, W' = W · s and b' = bias + (b −
/// mean) · s with s = scale / √(variance + ε). W' is computed from the stored values, which stay as they are. That is
/// right in reals; where the element type cannot hold W' and b' the norm is left alone.
public struct FoldNormIntoConvolution: Pass {
    public static let name = "foldNormIntoConvolution"
    public static let summary = "multiplies the scale of a norm into the convolution before it"
    private let parameters: ParameterStore?

    public init() { parameters = nil }

    /// With the states' tensors, folded values are looked at before a norm is folded.
    public init(_ parameters: ParameterStore?) { self.parameters = parameters }

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        guard graph.nodes.contains(where: { $0.op is BatchNormalization }) else { return graph }
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
            let fold = FoldedNorm(epsilon: norm.epsilon)
            let operands = [producer.inputs[1]] + node.inputs.dropFirst() + producer.inputs.dropFirst(2)
            if let reason = obstacle(fold, operands, in: graph) {
                log.decline(node, "\(reason) of \(producer.id)")
                return nil
            }
            guard log.apply(node, "into \(producer.id) @\(producer.path)") else { return nil }
            let source = builder.graph[inputs[0].node]
            func add(_ op: any Op, _ inputs: [Value]) throws -> Value {
                try builder.add(op, inputs, path: producer.path, origins: producer.modelNodes + node.modelNodes)[0]
            }
            let folded = try builder.add(
                fold, [source.inputs[1]] + inputs.dropFirst() + source.inputs.dropFirst(2),
                path: producer.path, origins: producer.modelNodes + node.modelNodes
            )
            return [try add(convolution, [source.inputs[0], folded[0], folded[1]])]
        }.removingUnusedNodes()
    }

    /// Why the type cannot hold what is folded. Types of 16 bits never do: a norm computes in float32 and rounds once,
    /// where a folded weight is rounded by itself, is soon beyond the largest number, or below the smallest.
    private func obstacle(_ fold: FoldedNorm, _ operands: [Value], in graph: Graph) -> String? {
        let element = graph.type(of: operands[0]).element
        guard element.byteCount > 2 else { return "a folded weight in \(element.rawValue) loses precision: the weight" }
        let tensors = operands.compactMap { value -> Tensor? in
            switch graph[value.node].op {
            case let state as State: parameters?[state.path].flatMap { $0.type == state.type ? $0 : nil }
            case let constant as Constant: constant.value.tensor
            default: nil
            }
        }
        return tensors.count == operands.count ? fold.misfit(tensors).map { "\($0): the weight" } : nil
    }
}
