import TesseraIR
import TesseraTensors

/// The gradient of the input of a norm with ReLU: (dy, x, scale, bias, mean, variance) → dx, and by the batch's own
/// statistics (…, dscale, dbias) → dx. The mask of the ReLU is computed again from x.
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

    private var plain: BatchNormalizationGradient {
        BatchNormalizationGradient(epsilon: epsilon, usesBatchStatistics: usesBatchStatistics)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, usesBatchStatistics ? 8 : 6)
        _ = try NormRelu(epsilon: epsilon).outputTypes(for: Array(inputs[1..<6]))
        return try plain.outputTypes(for: Array(inputs[..<3]) + inputs[4...])
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let masked = try NormRelu.maskedGradient(epsilon, inputs, into: builder)
        return try builder.add(plain, [masked] + inputs[1..<3] + inputs[4...])
    }
}

extension NormReluGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [.same, .same] + inputs.dropFirst(2).map { _ in nil } : nil
    }
}
