import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    /// Shapes that broadcast: equal ones, a channel vector, a scalar, both repeated, a row, a new leading axis.
    private static let shapes: [(name: String, a: [Int], b: [Int])] = [
        ("equal shapes", [2, 3, 4, 5], [2, 3, 4, 5]), ("channels", [2, 3, 4, 5], [3, 1, 1]),
        ("one a channel and image", [2, 3, 1, 1], [2, 3, 4, 5]),
        ("a scalar", [], [2, 3]), ("both repeated", [4, 1, 3], [2, 1]), ("a row", [3, 5], [5]),
        ("one extra axis", [7], [1, 7]), ("one map", [2, 1, 4, 5], [2, 3, 4, 5]),
        ("five axes", [2, 1, 2, 3, 2], [3, 1, 1, 2]),
    ]

    private static func broadcasting(
        _ op: any Op, _ draw: (String, [Int]) -> Tensor = { Draw.normal($0, $1) }
    ) -> [OpSample] {
        shapes.map { OpSample($0.name, op, [draw("a", $0.a), draw("b", $0.b)], exact: true) }
            + [
                OpSample(
                    "integers", op, [Tensor([1, -2, 300] as [Int32], shape: [3]), Tensor([7] as [Int32], shape: [1])],
                    exact: true)
            ]
    }

    /// Operands of which none is near another: those of b lie halfway between the tenths of a.
    private static func clear(_ name: String, _ shape: [Int]) -> Tensor {
        let drawn = Draw.distinct(name, shape).doubles()
        return Tensor(drawn.map { name == "a" ? $0 : Double(Float($0 * 0.5 + 0.025)) * 2 }, shape: shape)
    }

    static let arithmetic =
        broadcasting(Add()) + broadcasting(Multiply()) + broadcasting(Subtract())
        + broadcasting(Divide()) { Draw.normal($0, $1, clearOf: [0, -0.1, 0.1, -0.2, 0.2]) }
        + broadcasting(Power(), Draw.positive)
        + broadcasting(Maximum()) { clear($0, $1) } + broadcasting(Minimum()) { clear($0, $1) } + [
            OpSample("image", Absolute(), [Draw.normal("x", [2, 5, 3, 7], clearOf: [0])], exact: true),
            OpSample("image", Negate(), [Draw.normal("x", [2, 5, 3, 7])], exact: true),
            OpSample("image", Reciprocal(), [Draw.positive("x", [2, 5, 3, 7])], exact: true),
            OpSample("image", SquareRoot(), [Draw.positive("x", [2, 5, 3, 7])], exact: true),
            OpSample("image", Exponential(), [Draw.normal("x", [2, 5, 3, 7])]),
            OpSample("image", NaturalLogarithm(), [Draw.positive("x", [2, 5, 3, 7])]),
            OpSample("image", ErrorFunction(), [Draw.normal("x", [2, 5, 3, 7])]),
            OpSample("image", Sign(), [Draw.normal("x", [2, 5, 3, 7], clearOf: [0])], exact: true),
        ]
}
