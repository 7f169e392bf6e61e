import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    private static let maxima: [(String, MaxPool, [Int])] = [
        ("2 × 2", MaxPool(kernel: [2, 2], strides: [2, 2]), [2, 5, 4, 6]),
        ("3 × 3 stride 2", MaxPool(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]), [1, 5, 7, 6]),
        ("uneven", MaxPool(kernel: [2, 3], strides: [1, 2], pads: [1, 0, 0, 2], dilations: [2, 1]), [1, 3, 5, 6]),
        ("rounded up", MaxPool(kernel: [2, 2], strides: [2, 2], ceilMode: true), [1, 17, 5, 7]),
        ("one axis", MaxPool(kernel: [3], strides: [2]), [2, 3, 9]),
    ]
    private static let averages: [(String, AveragePool, [Int], Int)] = [
        ("2 × 2", AveragePool(kernel: [2, 2], strides: [2, 2]), [2, 5, 4, 6], 7),
        ("padding not counted", AveragePool(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]), [1, 5, 7, 6], 7),
        (
            "padding counted", AveragePool(kernel: [3, 3], strides: [2, 1], pads: [1, 0, 0, 2], countsPadding: true),
            [1, 3, 6, 5], 7
        ),
        ("rounded up", AveragePool(kernel: [2, 2], strides: [2, 2], ceilMode: true), [1, 17, 5, 7], 7),
        (
            "rounded up, padding counted",
            AveragePool(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceilMode: true, countsPadding: true),
            [1, 2, 6, 6], 7
        ),
        (
            "rounded up, no padding to count",
            AveragePool(kernel: [3, 3], strides: [2, 2], ceilMode: true, countsPadding: true), [1, 2, 6, 6], 7
        ),
        ("dilated", AveragePool(kernel: [2, 2], dilations: [2, 3]), [1, 2, 5, 6], 19),
        ("one axis", AveragePool(kernel: [3], strides: [2], pads: [1, 1]), [2, 3, 8], 7),
    ]

    private static func outputShape(_ op: any Op, _ x: [Int]) -> [Int] {
        try! op.outputTypes(for: [TensorType(.float64, shape: x)])[0].shape!
    }

    static let pooling =
        maxima.flatMap { name, op, shape in
            let x = Draw.distinct("x", shape)
            return [
                OpSample(name, op, [x], exact: true),
                OpSample(name, MaxPoolGradient(of: op), [Draw.normal("dy", outputShape(op, shape)), x]),
            ]
        }
        + averages.flatMap { name, op, shape, opset in
            [
                OpSample(name, op, [Draw.normal("x", shape)], oldestOpset: opset),
                OpSample(
                    name, AveragePoolGradient(of: op, spatial: Array(shape.dropFirst(2))),
                    [Draw.normal("dy", outputShape(op, shape))]),
            ]
        }
}
