import TesseraOps
import TestSupport

extension OpSamples {
    static let fused = [[2, 5, 3, 4], [3, 17, 2, 2], [7, 19]].flatMap { shape in
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
}
