import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    private static let forms: [(name: String, axes: [Int], keeps: Bool, shape: [Int])] = [
        ("pixels of each image", [2, 3], true, [2, 5, 3, 7]), ("pixels of the batch", [0, 2, 3], false, [2, 5, 3, 7]),
        ("everything", [], false, [2, 5, 3, 7]),
        ("channels", [1], true, [2, 5, 3, 7]), ("the last axis, counted from the end", [-1], false, [3, 17]),
        ("outer axes", [0, 1], false, [2, 3, 4]),
        ("a scalar", [], false, []), ("a scalar's axis", [-1], false, []),
        ("axes in another order", [3, -2], false, [2, 3, 4, 5]),
    ]

    static let reduction =
        forms.flatMap { name, axes, keeps, shape in
            [
                OpSample(name, ReduceMean(axes: axes, keepsDimensions: keeps), [Draw.normal("x", shape)]),
                OpSample(name, ReduceSum(axes: axes, keepsDimensions: keeps), [Draw.normal("x", shape)]),
                OpSample(
                    name, ReduceMaximum(axes: axes, keepsDimensions: keeps), [Draw.distinct("x", shape)], exact: true),
                OpSample(
                    name, ReduceMinimum(axes: axes, keepsDimensions: keeps), [Draw.distinct("x", shape)], exact: true),
            ]
        } + [
            OpSample(
                "integers", ReduceMaximum(axes: [1]), [Tensor([1, 5, -3, -4] as [Int8], shape: [2, 2])], exact: true)
        ]
}
