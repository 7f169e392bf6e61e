import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: x · ½ · (1 + erf(x / √2)), its factors in any order and x / √2 as a quotient or a product, becomes one
/// node: one sweep over the tensor instead of five. The result is rounded otherwise than its parts were.
public struct FuseGelu: RulePass {
    public static let name = "fuseGelu"
    public static let summary = "makes one node of x · ½ · (1 + erf(x / √2)), however it is spelled"
    public init() {}

    public var rules: [any Rule] { [Product()] }

    private struct Product: Rule {
        func match(_ root: Multiply, _ node: Node, in sight: Sight) -> Match {
            let product = ScaledProduct(node, in: sight)
            guard product.factors.count == 2, product.scale.isNear(0.5) else { return .none }
            for (x, gate) in [(0, 1), (1, 0)].map({ (product.factors[$0], product.factors[$1]) }) {
                guard let gate = Gate(gate, of: x, in: sight), sight.type(of: x) == sight.type(of: node.output()) else {
                    continue
                }
                if let shared = gate.nodes.first(where: { sight.onlyReader(of: $0.output()) == nil }) {
                    return .declined("\(shared.op.mnemonic) \(shared.id) has other readers")
                }
                return .patch(
                    Patch(
                        "of \(gate.nodes[1].id)", covers: product.nodes + gate.nodes, replaces: [node.output()]
                    ) { try $0.add(Gelu(), [x]) })
            }
            return .none
        }
    }

    /// 1 + erf(x / √2).
    private struct Gate {
        /// The sum, the error function and the quotient.
        let nodes: [Node]

        init?(_ value: Value, of x: Value, in sight: Sight) {
            guard let (sum, _) = sight.maker(of: value, Add.self), let (error, one) = sight.operandAndNumber(sum),
                one.isNear(1), let (function, _) = sight.maker(of: error, ErrorFunction.self)
            else { return nil }
            let inner = sight.maker(of: function.inputs[0]), divisor: Double
            switch inner.op {
            case is Divide:
                guard inner.inputs[0] == x, let number = sight.number(inner.inputs[1]) else { return nil }
                divisor = number
            case is Multiply:
                guard let (operand, number) = sight.operandAndNumber(inner), operand == x else { return nil }
                divisor = 1 / number
            default: return nil
            }
            guard divisor.isNear(2.0.squareRoot()) else { return nil }
            nodes = [sum, function, inner]
        }
    }
}

/// The factors of a product of products of which each alone reads the next, and the numbers among them as one.
private struct ScaledProduct {
    private(set) var nodes: [Node] = []
    private(set) var factors: [Value] = []
    private(set) var scale = 1.0

    init(_ node: Node, in sight: Sight) { add(node, sight) }

    private mutating func add(_ node: Node, _ sight: Sight) {
        nodes.append(node)
        for input in node.inputs {
            if let number = sight.number(input) {
                scale *= number
            } else if let (inner, _) = sight.maker(of: input, Multiply.self), sight.onlyReader(of: input) != nil,
                node.inputs[0] != node.inputs[1]
            {
                add(inner, sight)
            } else {
                factors.append(input)
            }
        }
    }
}

extension Sight {
    /// The number of a constant of one element.
    fileprivate func number(_ value: Value) -> Double? {
        guard let tensor = maker(of: value, Constant.self)?.op.value.tensor, tensor.shape.reduce(1, *) == 1 else {
            return nil
        }
        return tensor.doubles()[0]
    }

    /// The two operands of a node where one is a number.
    fileprivate func operandAndNumber(_ node: Node) -> (operand: Value, number: Double)? {
        for (operand, other) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
            if let number = number(other) { return (operand, number) }
        }
        return nil
    }
}

extension Double {
    /// Equal but for what a file of few digits loses.
    fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) <= 1e-5 * abs(other) }
}
