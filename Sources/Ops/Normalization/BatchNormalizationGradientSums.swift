import TesseraIR
import TesseraTensors

/// The gradients of a norm's scale and bias: (dy, x, mean, variance) → dscale = Σ dy·(x − mean)/√(variance + ε), dbias
/// = Σ dy, over images and pixels.
public struct BatchNormalizationGradientSums: DefinedOp {
    public static let mnemonic = "batchNormGradientSums"
    public static let fields = [Field<BatchNormalizationGradientSums>("epsilon", \.epsilon)]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 4)
        try NormArithmetic.requireGradientInputs(self, inputs)
        return [inputs[2], inputs[2]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let types = try outputTypes(for: inputs.map(\.type))
        return try Definition.floating(inputs, like: inputs[0].element, outputs: types) { type, inputs in
            sums(type, inputs).map { Tensor(doubles: $0, element: inputs[2].element, shape: inputs[2].shape) }
        }
    }

    private func sums<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> [[Double]] {
        let mean = inputs[2].doubles(), inverse = inputs[3].doubles().map { 1 / ($0 + epsilon).squareRoot() }
        var dscale = [Double](repeating: 0, count: mean.count), dbias = dscale
        inputs[0].withElements(T.self) { dy in
            inputs[1].withElements(T.self) { x in
                NormArithmetic.forEachPlane(inputs[1].shape) { c, elements in
                    for i in elements {
                        dbias[c] += Double(dy[i])
                        dscale[c] += Double(dy[i]) * (Double(x[i]) - mean[c]) * inverse[c]
                    }
                }
            }
        }
        return [dscale, dbias]
    }
}
