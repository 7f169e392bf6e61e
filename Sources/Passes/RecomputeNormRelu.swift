import TesseraIR
import TesseraOps
import TesseraTensors

/// Training: the result of a norm and ReLU is computed again where the backward pass reads it, from the norm's input,
/// which is kept anyway for the norm's own gradient. Half the activations need not be stored, at the price of one sweep
/// each. The statistics are read, not taken again, so nothing else changes.
public struct RecomputeNormRelu: Pass {
    public static let name = "recomputeNormRelu"
    public static let summary = "computes norm and ReLU again in the backward pass instead of keeping the result"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        var recomputed: [NodeID: Value] = [:]
        return try graph.rebuilding { node, inputs, builder in
            guard let slot = Self.activationInput(of: node.op) else { return nil }
            let producer = graph[node.inputs[slot].node]
            guard let op = producer.op as? NormRelu else { return nil }
            var replacement = recomputed[producer.id]
            if replacement == nil {
                guard log.apply(producer, "again for \(node.id) \(node.op.mnemonic)") else { return nil }
                replacement = try builder.add(
                    op, builder.graph[inputs[slot].node].inputs, path: producer.path, origins: producer.modelNodes)[0]
                recomputed[producer.id] = replacement
            }
            var operands = inputs
            operands[slot] = replacement!
            return try builder.add(node.op, operands, path: node.path, origins: node.origins, id: node.id)
        }
    }

    /// The input of a backward op that is an activation of the forward pass.
    private static func activationInput(of op: any Op) -> Int? {
        switch op {
        case is ConvolutionWeightGradient: 0
        case is MaxPoolGradient: 1
        default: nil
        }
    }
}
