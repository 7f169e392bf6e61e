import TesseraIR
import TesseraTensors

/// The mean and the population variance of every channel, over images and pixels: x [N, C, …] → mean [C], variance [C].
/// Of 16-bit numbers they are float32: rounded to x's own type, a variance would be lost.
public struct ChannelMoments: DefinedOp {
    public static let mnemonic = "channelMoments"

    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try requireFloating(inputs)
        try requireRank(inputs[0], 2...Int.max, "x")
        if let shape = inputs[0].shape {
            try require(
                shape.reduce(1, *) != shape[1], "one value a channel in \(inputs[0])",
                accepted: "at least two: the variance of one value is 0, use a larger batch or frozen statistics")
        }
        let element: ElementType = inputs[0].element == .float64 ? .float64 : .float32
        let type = TensorType(element, [inputs[0].dimensions[1]])
        return [type, type]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let types = try outputTypes(for: inputs.map(\.type))
        return try Definition.floating(inputs, like: inputs[0].element, outputs: types) { type, inputs in
            let (mean, variance) = NormArithmetic.moments(type, inputs[0])
            return [mean, variance].map { Tensor(doubles: $0, element: types[0].element, shape: [$0.count]) }
        }
    }
}

extension ChannelMoments: DifferentiableOp {
    /// With P values a channel: dx = dmean/P + dvariance · 2(x − mean)/P, which is a norm of x without ε by the
    /// variance 1, its scale 2·dvariance/P and its bias dmean/P.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.inputs[0], mean = context.output(0), type = context.type(of: mean)
        guard let shape = context.type(of: x).shape else {
            throw TesseraError(
                at: context.node.path, found: "the type \(context.type(of: x))", accepted: "bound dimensions")
        }
        let count = Double(shape.reduce(1, *) / max(shape[1], 1))
        func constant(_ number: Double) throws -> Value {
            try context.builder.constant(
                Tensor(doubles: Array(repeating: number, count: shape[1]), element: type.element, shape: [shape[1]]))
        }
        func scaled(_ gradient: Value?, by factor: Double) throws -> Value {
            guard let gradient else { return try constant(0) }
            return try context.add(Multiply(), gradient, constant(factor))
        }
        let scale = try scaled(context.outputGradients[1], by: 2 / count)
        let bias = try scaled(context.outputGradients[0], by: 1 / count)
        return [try context.add(BatchNormalization(epsilon: 0, policy: .frozen), x, scale, bias, mean, constant(1))]
    }
}
