import TesseraIR
import TesseraTensors

/// relu(batchNorm(x, scale, bias, mean, variance)) in one sweep.
public struct NormRelu: FusedOp {
    public static let mnemonic = "normRelu"
    public static let fields = [Field<NormRelu>("epsilon", \.epsilon)]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try BatchNormalization(epsilon: epsilon).outputTypes(for: inputs)
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        try builder.add(Relu(), builder.add(BatchNormalization(epsilon: epsilon), inputs))
    }
}

/// relu of a norm by batch statistics: (x, scale, bias) → y, mean, variance.
public struct NormReluTraining: FusedOp {
    public static let mnemonic = "normReluTraining"
    public static let fields = [Field<NormReluTraining>("epsilon", \.epsilon)]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try BatchNormalizationTraining(epsilon: epsilon).outputTypes(for: inputs)
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let norm = try builder.add(BatchNormalizationTraining(epsilon: epsilon), inputs)
        return try builder.add(Relu(), [norm[0]]) + norm[1...]
    }
}

/// The backward form of both: (dy, x, scale, bias, mean, variance) → dx, dscale, dbias. The mask of the ReLU is
/// computed again from x.
public struct NormReluGradient: FusedOp {
    public static let mnemonic = "normReluGradient"
    public static let fields = [
        Field<NormReluGradient>("epsilon", \.epsilon),
        Field<NormReluGradient>("usesBatchStatistics", \.usesBatchStatistics),
    ]
    public var epsilon = 1e-5
    public var usesBatchStatistics = true

    public init() {}
    public init(epsilon: Double, usesBatchStatistics: Bool) {
        self.epsilon = epsilon
        self.usesBatchStatistics = usesBatchStatistics
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 6)
        return try BatchNormalizationGradient(epsilon: epsilon, usesBatchStatistics: usesBatchStatistics).outputTypes(
            for: [inputs[0], inputs[1], inputs[2], inputs[4], inputs[5]])
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let y = try builder.add(BatchNormalization(epsilon: epsilon), Array(inputs.dropFirst()))
        let masked = try builder.add(ReluGradient(), [inputs[0], builder.add(Relu(), y)[0]])
        let gradient = BatchNormalizationGradient(epsilon: epsilon, usesBatchStatistics: usesBatchStatistics)
        return try builder.add(gradient, [masked[0], inputs[1], inputs[2], inputs[4], inputs[5]])
    }
}
