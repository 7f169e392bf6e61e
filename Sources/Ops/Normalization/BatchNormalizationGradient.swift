import TesseraIR
import TesseraTensors

/// The gradient of a norm's input. By stored statistics: (dy, x, scale, mean, variance) → dx = dy·scale/√(variance +
/// ε). By those of the batch, which depend on x too: (…, dscale, dbias) → dx = scale/√(variance + ε) · (dy − dbias/P −
/// x̂·dscale/P) with x̂ = (x − mean)/√(variance + ε) and P values a channel.
public struct BatchNormalizationGradient: DefinedOp {
    public static let mnemonic = "batchNormGradient"
    public static let fields = [
        Field<BatchNormalizationGradient>("epsilon", \.epsilon),
        Field<BatchNormalizationGradient>("usesBatchStatistics", \.usesBatchStatistics),
    ]
    public var epsilon = 1e-5
    public var usesBatchStatistics = true

    public init() {}
    public init(epsilon: Double, usesBatchStatistics: Bool) {
        self.epsilon = epsilon
        self.usesBatchStatistics = usesBatchStatistics
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, usesBatchStatistics ? 7 : 5)
        try NormArithmetic.requireGradientInputs(self, inputs)
        return [inputs[1]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [differentiate(type, inputs)] }
    }

    private func differentiate<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> Tensor {
        let shape = inputs[1].shape, count = Double(inputs[1].elementCount / max(shape[1], 1))
        let scale = inputs[2].doubles(), mean = inputs[3].doubles()
        let inverse = inputs[4].doubles().map { 1 / ($0 + epsilon).squareRoot() }
        let sums = usesBatchStatistics ? inputs[5...].map { $0.doubles() } : []
        var dx = [T](repeating: 0, count: inputs[1].elementCount)
        inputs[0].withElements(T.self) { dy in
            inputs[1].withElements(T.self) { x in
                NormArithmetic.forEachPlane(shape) { c, elements in
                    for i in elements {
                        let correction =
                            sums.isEmpty
                            ? 0 : (sums[1][c] + (Double(x[i]) - mean[c]) * inverse[c] * sums[0][c]) / count
                        dx[i] = T(scale[c] * inverse[c] * (Double(dy[i]) - correction))
                    }
                }
            }
        }
        return Tensor(dx, shape: shape)
    }
}

extension BatchNormalizationGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        // By stored statistics x makes no difference.
        inputs[0].rank == 4
            ? [.same, usesBatchStatistics ? .same : nil] + inputs.dropFirst(2).map { _ in nil } : nil
    }
}
