import TesseraIR
import TesseraTensors

/// Batch normalisation by the batch's own statistics: (x [N, C, …], scale [C], bias [C]) → y, mean [C], population
/// variance [C].
public struct BatchNormalizationTraining: DefinedOp {
    public static let mnemonic = "batchNormTraining"
    public static let fields = [
        Field<BatchNormalizationTraining>("epsilon", \.epsilon, accepted: "not negative") { $0 >= 0 }
    ]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 3)
        try requireFloating(inputs)
        try requireRank(inputs[0], 2...Int.max, "x")
        for type in inputs.dropFirst() {
            try require(
                type.dimensions == [inputs[0].dimensions[1]], "scale or bias \(type)",
                accepted: "[\(inputs[0].dimensions[1])]")
        }
        if let shape = inputs[0].shape {
            try require(
                shape.reduce(1, *) != shape[1], "one value a channel in \(inputs[0])",
                accepted: "at least two: the variance of one value is 0, use a larger batch or frozen statistics")
        }
        return [inputs[0], inputs[1], inputs[1]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element, outputs: outputTypes(for: inputs.map(\.type))) {
            type, inputs in
            let (mean, variance) = NormArithmetic.moments(type, inputs[0])
            let y = NormArithmetic.normalize(
                type, inputs[0], scale: inputs[1].doubles(), bias: inputs[2].doubles(), mean: mean, variance: variance,
                epsilon: epsilon)
            return [y]
                + [mean, variance].map { Tensor(doubles: $0, element: inputs[1].element, shape: inputs[1].shape) }
        }
    }
}

extension BatchNormalizationTraining: DifferentiableOp {
    /// With x̂ = (x − μ)/√(σ² + ε): dbias = Σ dy, dscale = Σ dy·x̂, dx = scale/√(σ² + ε) · (dy − dbias/P −
    /// x̂·dscale/P), where μ and σ² depend on x and P counts the values of a channel. No gradient flows through the
    /// mean and variance outputs.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        try context.builder.add(
            BatchNormalizationGradient(epsilon: epsilon, usesBatchStatistics: true),
            [context.outputGradient, context.inputs[0], context.inputs[1], context.output(1), context.output(2)],
            path: context.node.path, origins: context.node.modelNodes
        )
    }
}
