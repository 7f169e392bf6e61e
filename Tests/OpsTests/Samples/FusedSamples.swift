import TesseraOps
import TestSupport

extension OpSamples {
    static let fused =
        [[2, 5, 3, 4], [3, 17, 2, 2], [7, 19]].flatMap { shape in
            let v = norm(shape)
            return [
                OpSample("\(shape)", NormRelu(epsilon: 1e-3), [v.x, v.scale, v.bias, v.mean, v.variance]),
                OpSample(
                    "\(shape)", NormReluGradientSums(epsilon: 1e-3), [v.dy, v.x, v.scale, v.bias, v.mean, v.variance]),
                OpSample(
                    "\(shape), batch statistics", NormReluGradient(epsilon: 1e-3, usesBatchStatistics: true),
                    [v.dy, v.x, v.scale, v.bias, v.mean, v.variance] + gradientSums(shape[1])),
                OpSample(
                    "\(shape), stored statistics", NormReluGradient(epsilon: 1e-3, usesBatchStatistics: false),
                    [v.dy, v.x, v.scale, v.bias, v.mean, v.variance]),
            ]
        }
        + [([2, 5, 3, 4], [5]), ([3, 17, 2, 2], [16, 1]), ([1, 50, 3, 5], [17, 1, 32]), ([7, 19], [8, 11])].map {
            shape, parts in
            let v = norm(shape)
            let operands = parts.map { Draw.normal("part\($0)", [shape[0], $0] + shape.dropFirst(2)) }
            return OpSample(
                "\(shape) of \(parts)", ConcatNormRelu(epsilon: 1e-3), operands + [v.scale, v.bias, v.mean, v.variance])
        }
        + [([2, 6, 3, 4], 2), ([1, 6, 2, 3], 3), ([1, 5, 2, 2], 1)].map { shape, groups in
            OpSample("\(groups) groups", ChannelShuffle(groups: groups), [Draw.normal("x", shape)], exact: true)
        }
        + [false, true].map { transposesB in
            OpSample(
                transposesB ? "bᵀ" : "b", MatrixMultiplyAdd(transposesB: transposesB),
                [
                    Draw.normal("a", [2, 3, 17]), Draw.normal("b", transposesB ? [53, 17] : [17, 53]),
                    Draw.normal("bias", [53]),
                ])
        }
}
