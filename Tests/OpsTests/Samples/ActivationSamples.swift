import TesseraOps
import TestSupport

extension OpSamples {
    private static let shape = [2, 5, 3, 7]
    private static let x = Draw.normal("x", shape, clearOf: [0])

    static let activation = [
        OpSample("image", Relu(), [x], exact: true),
        OpSample("row", Relu(), [Draw.normal("row", [3, 50], clearOf: [0])], exact: true),
        OpSample(
            "image", ReluGradient(), [Draw.normal("dy", shape), Draw.normal("y", shape, clearOf: [0])], exact: true),
        OpSample("without bounds", Clip(), [x], exact: true),
        OpSample("both bounds", Clip(low: -0.5, high: 1), [Draw.normal("x", shape, clearOf: [-0.5, 1])], exact: true),
        OpSample(
            "lower bound", Clip(low: 0.25, high: .infinity), [Draw.normal("x", shape, clearOf: [0.25])], exact: true),
        OpSample(
            "upper bound", Clip(low: -.infinity, high: 0.25), [Draw.normal("x", shape, clearOf: [0.25])], exact: true),
        OpSample("both bounds", ClipGradient(low: -0.5, high: 1), [Draw.normal("dy", shape), x], exact: true),
        OpSample("image", Sigmoid(), [x]),
        OpSample("image", Softplus(), [x]),
        OpSample("image", HyperbolicTangent(), [x]),
        OpSample("image", HardSigmoid(), [Draw.normal("x", shape, clearOf: [-2.5, 2.5])]),
        OpSample("steep", HardSigmoid(alpha: 2, beta: 0.25), [Draw.normal("x", shape, clearOf: [-0.125, 0.375])]),
        OpSample("image", HardSwish(), [Draw.normal("x", shape, clearOf: [-3, 3])]),
        OpSample("image", Gelu(), [x]),
        OpSample("by tanh", Gelu(approximate: .tanh), [x]),
        OpSample("image", LeakyRelu(), [x], exact: true),
        OpSample("a fifth", LeakyRelu(alpha: 0.2), [x], exact: true),
        OpSample("image", ExponentialLinear(), [x]),
        OpSample("half", ExponentialLinear(alpha: 0.5), [x]),
        OpSample("channels", PRelu(), [x, Draw.normal("slope", [5, 1, 1])], exact: true),
        OpSample("one slope", PRelu(), [x, Draw.normal("slope", [1])], exact: true),
        OpSample("image", Silu(), [x]),
    ]
}
