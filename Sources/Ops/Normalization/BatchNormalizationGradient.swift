import TesseraIR
import TesseraTensors

/// The backward form of both batch norms: (dy, x, scale, mean, variance) → dx, dscale, dbias. With batch statistics dx
/// includes the paths through mean and variance; with stored ones it does not.
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
        try requireInputs(inputs, 5)
        try requireFloating(inputs)
        try requireRank(inputs[1], 2...Int.max, "x")
        try require(inputs[0] == inputs[1], "dy \(inputs[0]) and x \(inputs[1])", accepted: "equal types")
        for type in inputs.dropFirst(2) {
            try require(
                type.dimensions == [inputs[1].dimensions[1]], "\(type)", accepted: "[\(inputs[1].dimensions[1])]")
        }
        return [inputs[1], inputs[2], inputs[2]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element, outputs: outputTypes(for: inputs.map(\.type))) {
            type, inputs in differentiate(type, inputs)
        }
    }

    private func differentiate<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> [Tensor] {
        let shape = inputs[1].shape, count = Double(inputs[1].elementCount / shape[1])
        let scale = inputs[2].doubles(), mean = inputs[3].doubles()
        let inverse = inputs[4].doubles().map { 1 / ($0 + epsilon).squareRoot() }
        var dscale = [Double](repeating: 0, count: shape[1]), dbias = dscale
        var dx = [T](repeating: 0, count: inputs[1].elementCount)
        inputs[0].withElements(T.self) { dy in
            inputs[1].withElements(T.self) { x in
                NormArithmetic.forEachPlane(shape) { c, elements in
                    for i in elements {
                        dbias[c] += Double(dy[i])
                        dscale[c] += Double(dy[i]) * (Double(x[i]) - mean[c]) * inverse[c]
                    }
                }
                NormArithmetic.forEachPlane(shape) { c, elements in
                    for i in elements {
                        let correction =
                            usesBatchStatistics
                            ? (dbias[c] + (Double(x[i]) - mean[c]) * inverse[c] * dscale[c]) / count : 0
                        dx[i] = T(scale[c] * inverse[c] * (Double(dy[i]) - correction))
                    }
                }
            }
        }
        return [Tensor(dx, shape: shape)]
            + [dscale, dbias].map { Tensor(doubles: $0, element: inputs[2].element, shape: inputs[2].shape) }
    }
}
