import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: x · σ(x), of which nothing else reads σ(x), becomes one node: one sweep over the tensor instead of two.
/// The product is rounded as before.
public struct FuseSilu: RulePass {
    public static let name = "fuseSilu"
    public static let summary = "joins a sigmoid and its product with the sigmoid's operand"
    public init() {}

    public var rules: [any Rule] { [Product()] }

    private struct Product: Rule {
        func match(_ root: Multiply, _ node: Node, in sight: Sight) -> Match {
            for (x, gate) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
                guard let (sigmoid, _) = sight.maker(of: gate, Sigmoid.self), sigmoid.inputs[0] == x else { continue }
                guard sight.onlyReader(of: gate) != nil else {
                    return .declined("the sigmoid \(sigmoid.id) has other readers")
                }
                return .patch(
                    Patch("with \(sigmoid.id)", covers: [node, sigmoid], replaces: [node.output()]) {
                        try $0.add(Silu(), [x])
                    })
            }
            return .none
        }
    }
}
