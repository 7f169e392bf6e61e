import TesseraIR
import TesseraOps
import TesseraTensors

/// A norm that only a ReLU reads, and the gradients of such a norm that the gradient of that ReLU reaches, each become
/// one node: one sweep over the tensor instead of two.
public struct FuseNormRelu: RulePass {
    public static let name = "fuseNormRelu"
    public static let summary = "joins a norm and the ReLU after it, forward and backward"
    public init() {}

    /// The gradients first: they are told by the norm and the ReLU that the last rule joins.
    public var rules: [any Rule] { [GradientSums(), Gradient(), Forward()] }

    /// relu(batchNorm(x)) is normRelu(x).
    struct Forward: Rule {
        func match(_ root: Relu, _ node: Node, in sight: Sight) -> Match {
            guard let (norm, op) = sight.maker(of: node.inputs[0], BatchNormalization.self) else {
                return .declined(sight.reads(node.inputs[0], no: "norm"))
            }
            guard sight.onlyReader(of: node.inputs[0]) != nil else {
                return .declined("the norm \(norm.id) has other readers")
            }
            return .patch(
                Patch("with \(norm.id)", covers: [node, norm], replaces: [node.output()]) {
                    try $0.add(NormRelu(epsilon: op.epsilon), norm.inputs)
                })
        }
    }

    struct GradientSums: Rule {
        func match(_ root: BatchNormalizationGradientSums, _ node: Node, in sight: Sight) -> Match {
            guard let mask = Mask(of: node, in: sight), mask.epsilon == root.epsilon,
                Array(mask.norm[3...]) == Array(node.inputs[2...])
            else { return .none }
            return .patch(
                Patch("with \(mask.node.id)", covers: [node], alsoOf: [mask.node], replaces: node.outputs) {
                    try $0.add(
                        NormReluGradientSums(epsilon: root.epsilon),
                        [mask.dy, node.inputs[1], mask.norm[1], mask.norm[2]] + node.inputs[2...])
                })
        }
    }

    struct Gradient: Rule {
        func match(_ root: BatchNormalizationGradient, _ node: Node, in sight: Sight) -> Match {
            guard let mask = Mask(of: node, in: sight), mask.epsilon == root.epsilon, mask.norm[1] == node.inputs[2],
                Array(mask.norm[3...]) == Array(node.inputs[3..<5])
            else { return .none }
            return .patch(
                Patch("with \(mask.node.id)", covers: [node], alsoOf: [mask.node], replaces: node.outputs) {
                    try $0.add(
                        NormReluGradient(epsilon: root.epsilon, usesBatchStatistics: root.usesBatchStatistics),
                        [mask.dy, node.inputs[1], node.inputs[2], mask.norm[2]] + node.inputs[3...])
                })
        }
    }

    /// What a ReLU lets through of dy, in front of the gradient of the norm before that ReLU.
    private struct Mask {
        let node: Node
        let dy: Value
        /// The norm's inputs: x, scale, bias, mean and variance.
        let norm: [Value]
        let epsilon: Double

        init?(of gradient: Node, in sight: Sight) {
            guard let (mask, _) = sight.maker(of: gradient.inputs[0], ReluGradient.self) else { return nil }
            let activation = sight.maker(of: mask.inputs[1])
            switch activation.op {
            case let op as NormRelu: (norm, epsilon) = (activation.inputs, op.epsilon)
            case is Relu:
                guard let (maker, op) = sight.maker(of: activation.inputs[0], BatchNormalization.self),
                    sight.onlyReader(of: activation.inputs[0]) != nil
                else { return nil }
                (norm, epsilon) = (maker.inputs, op.epsilon)
            default: return nil
            }
            guard norm[0] == gradient.inputs[1] else { return nil }
            (node, dy) = (mask, mask.inputs[0])
        }
    }
}
