import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    /// dy, x, scale, bias, mean, variance for x [N, C, …].
    static func norm(_ shape: [Int]) -> (
        dy: Tensor, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
    ) {
        let channels = [shape[1]]
        return (
            Draw.normal("dy", shape), Draw.normal("x", shape), Draw.positive("scale", channels),
            Draw.normal("bias", channels), Draw.normal("mean", channels),
            Draw.positive("variance", channels)
        )
    }

    /// dscale and dbias of a norm.
    static func gradientSums(_ channels: Int) -> [Tensor] {
        [Draw.normal("dscale", [channels]), Draw.normal("dbias", [channels])]
    }

    private static let shapes: [(name: String, shape: [Int])] = [
        ("image", [2, 5, 3, 4]), ("rows", [7, 19]), ("one axis", [2, 3, 5]), ("three axes", [1, 2, 2, 3, 2]),
    ]

    private static let layers = [([2, 5, 17], -1), ([3, 4], 1), ([2, 3, 4, 5], 3), ([2, 3, 4, 5], 2), ([7], 0)].flatMap
    {
        (shape: [Int], axis: Int) in
        [false, true].map { hasBias in
            let x = Draw.normal("x", shape), normalized = Array(shape[(axis < 0 ? axis + shape.count : axis)...])
            return OpSample(
                "\(shape) from \(axis)" + (hasBias ? " with a bias" : ""),
                LayerNormalization(axis: axis, epsilon: 1e-3),
                [x, Draw.positive("scale", normalized)] + (hasBias ? [Draw.normal("bias", normalized)] : []),
                oldestOpset: 17)
        }
    }

    private static let softmaxes = [([3, 19], -1), ([2, 5, 3, 4], 1), ([2, 5, 3, 4], 3), ([2, 3, 5], 1), ([4], 0)]
        .flatMap {
            (shape: [Int], axis: Int) in
            [Softmax(axis: axis) as any Op, LogSoftmax(axis: axis)].map {
                OpSample("\(shape) along \(axis)", $0, [Draw.normal("x", shape)])
            }
        }

    static let normalization =
        shapes.flatMap { name, shape in
            let v = norm(shape)
            return [
                OpSample(
                    name, BatchNormalization(epsilon: 1e-3, momentum: 0.8), [v.x, v.scale, v.bias, v.mean, v.variance]),
                OpSample(name, ChannelMoments(), [v.x]),
                OpSample(name, BatchNormalizationGradientSums(epsilon: 1e-3), [v.dy, v.x, v.mean, v.variance]),
                OpSample(
                    "\(name), batch statistics", BatchNormalizationGradient(epsilon: 1e-3, usesBatchStatistics: true),
                    [v.dy, v.x, v.scale, v.mean, v.variance] + gradientSums(shape[1])),
                OpSample(
                    "\(name), stored statistics", BatchNormalizationGradient(epsilon: 1e-3, usesBatchStatistics: false),
                    [v.dy, v.x, v.scale, v.mean, v.variance]),
            ]
        }
        + layers + softmaxes
        + [false, true].map { hasBias in
            let v = norm([1, 5, 1, 1])
            return OpSample(
                hasBias ? "with a bias" : "without a bias", FoldedNorm(epsilon: 1e-3),
                [Draw.normal("weight", [5, 3, 2, 2]), v.scale, v.bias, v.mean, v.variance]
                    + (hasBias ? [Draw.normal("convolution", [5])] : [])
            )
        } + [
            OpSample(
                "corrected", MovingAverage(momentum: 0.9, correction: 1.25),
                [Draw.normal("old", [17]), Draw.normal("new", [17])])
        ]
}
