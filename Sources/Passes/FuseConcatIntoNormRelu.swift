import TesseraIR
import TesseraOps

/// Inference: a concatenation of channels that only a norm with its ReLU reads is never stored: each operand is
/// normalised on its way to its place.
public struct FuseConcatIntoNormRelu: RulePass {
    public static let name = "fuseConcatIntoNormRelu"
    public static let summary = "normalises what a concatenation joins on its way to its place"
    public init() {}

    public var rules: [any Rule] { [Joined()] }

    private struct Joined: Rule {
        func match(_ root: NormRelu, _ node: Node, in sight: Sight) -> Match {
            guard let (producer, concat) = sight.maker(of: node.inputs[0], Concat.self) else {
                return .declined(sight.reads(node.inputs[0], no: "concatenation"))
            }
            let rank = sight.type(of: node.inputs[0]).rank
            guard (concat.axis < 0 ? concat.axis + rank : concat.axis) == 1 else {
                return .declined("\(producer.id) joins another axis than the channels")
            }
            guard sight.onlyReader(of: node.inputs[0]) != nil else {
                return .declined("the concatenation \(producer.id) has other readers")
            }
            return .patch(
                Patch("with \(producer.id)", covers: [node, producer], replaces: [node.output()]) {
                    try $0.add(ConcatNormRelu(epsilon: root.epsilon), producer.inputs + node.inputs.dropFirst())
                })
        }
    }
}
