import TesseraOps
import TestSupport

extension OpSamples {
    private static let transposed = [(false, false), (true, false), (false, true), (true, true)].flatMap { a, b in
        let name = (a ? "aᵀ" : "a") + (b ? " bᵀ" : " b")
        return [
            OpSample(
                name, MatrixMultiply(transposesA: a, transposesB: b),
                [Draw.normal("a", a ? [5, 3] : [3, 5]), Draw.normal("b", b ? [4, 5] : [5, 4])]),
            OpSample(
                "\(name), batches repeated", MatrixMultiply(transposesA: a, transposesB: b),
                [Draw.normal("a", [2, 1] + (a ? [5, 3] : [3, 5])), Draw.normal("b", [3] + (b ? [2, 5] : [5, 2]))]
            ),
        ]
    }

    static let linearAlgebra =
        transposed + [
            OpSample("packed", MatrixMultiply(), [Draw.normal("a", [70, 5]), Draw.normal("b", [5, 51])]),
            OpSample(
                "packed bᵀ", MatrixMultiply(transposesB: true),
                [Draw.normal("a", [2, 33, 7]), Draw.normal("b", [130, 7])]),
            OpSample(
                "packed with a bias", Linear(),
                [Draw.normal("x", [40, 17]), Draw.normal("weight", [5, 17]), Draw.normal("bias", [5])]),
            OpSample("one b for all", MatrixMultiply(), [Draw.normal("a", [2, 150, 5]), Draw.normal("b", [5, 4])]),
            OpSample(
                "many rows", MatrixMultiply(transposesA: true, transposesB: true),
                [Draw.normal("a", [2, 5, 300]), Draw.normal("b", [2, 4, 5])]),
            OpSample(
                "with a bias", Linear(),
                [Draw.normal("x", [3, 17]), Draw.normal("weight", [5, 17]), Draw.normal("bias", [5])]),
            OpSample(
                "many columns", Linear(),
                [Draw.normal("x", [2, 1100]), Draw.normal("weight", [150, 1100]), Draw.normal("bias", [150])]),
            OpSample("a wide b", MatrixMultiply(), [Draw.normal("a", [2, 1100]), Draw.normal("b", [1100, 150])]),
            OpSample(
                "nothing but a bias", Linear(),
                [Draw.normal("x", [3, 0]), Draw.normal("weight", [5, 0]), Draw.normal("bias", [5])]),
            OpSample("without a bias", Linear(), [Draw.normal("x", [1, 4]), Draw.normal("weight", [3, 4])]),
        ]
}
