import TesseraIR
import TesseraTensors

/// The gradients of scale and bias of a norm with ReLU: (dy, x, scale, bias, mean, variance) → dscale, dbias. The mask
/// of the ReLU is computed again from x.
public struct NormReluGradientSums: FusedOp {
    public static let mnemonic = "normReluGradientSums"
    public static let fields = [Field<NormReluGradientSums>("epsilon", \.epsilon)]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 6)
        _ = try NormRelu(epsilon: epsilon).outputTypes(for: Array(inputs[1..<6]))
        return try BatchNormalizationGradientSums(epsilon: epsilon).outputTypes(
            for: [inputs[0], inputs[1], inputs[4], inputs[5]])
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let masked = try NormRelu.maskedGradient(epsilon, inputs, into: builder)
        return try builder.add(
            BatchNormalizationGradientSums(epsilon: epsilon), [masked, inputs[1], inputs[4], inputs[5]])
    }
}
