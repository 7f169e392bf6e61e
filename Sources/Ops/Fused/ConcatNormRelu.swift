import TesseraIR
import TesseraTensors

/// normRelu(concat(x₀, x₁, …), scale, bias, mean, variance) along the channels, in one sweep: dense blocks begin so.
/// The four vectors are the last inputs.
public struct ConcatNormRelu: FusedOp {
    public static let mnemonic = "concatNormRelu"
    public static let fields = [Field<ConcatNormRelu>("epsilon", \.epsilon)]
    public static let vectors = 4
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1 + Self.vectors...Int.max)
        let joined = try Concat(axis: 1).outputTypes(for: inputs.dropLast(Self.vectors))
        return try NormRelu(epsilon: epsilon).outputTypes(for: joined + inputs.suffix(Self.vectors))
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let joined = try builder.add(Concat(axis: 1), Array(inputs.dropLast(Self.vectors)))
        return try builder.add(NormRelu(epsilon: epsilon), joined + inputs.suffix(Self.vectors))
    }
}

extension ConcatNormRelu: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        guard inputs[0].rank == 4 else { return nil }
        return inputs.indices.map { $0 < inputs.count - Self.vectors ? .same : nil }
    }
}
