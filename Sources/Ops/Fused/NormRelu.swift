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

    /// dy where relu(batchNorm(x, scale, bias, mean, variance)) lets it through, for `inputs` that begin with dy and
    /// these five.
    static func maskedGradient(_ epsilon: Double, _ inputs: [Value], into builder: GraphBuilder) throws -> Value {
        let y = try builder.add(NormRelu(epsilon: epsilon), Array(inputs[1..<6]))[0]
        return try builder.add(ReluGradient(), [inputs[0], y])[0]
    }
}

extension NormRelu: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [.same] + inputs.dropFirst().map { _ in nil } : nil
    }
}
