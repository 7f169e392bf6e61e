import TesseraIR
import TesseraTensors

/// x · σ(x) in one sweep.
public struct Silu: FusedOp {
    public static let mnemonic = "silu"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { try Sigmoid().outputTypes(for: inputs) }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        try builder.add(Multiply(), inputs + builder.add(Sigmoid(), inputs))
    }
}

extension Silu: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? { elementwiseFootprints(inputs) }
}
