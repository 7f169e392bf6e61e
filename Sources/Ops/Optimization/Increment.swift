import TesseraIR
import TesseraTensors

/// n + 1 of an int64 scalar: the update of a step counter.
public struct Increment: DefinedOp {
    public static let mnemonic = "increment"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try require(inputs[0] == TensorType(.int64, []), "a counter of type \(inputs[0])", accepted: "i64[]")
        return inputs
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        [Tensor(scalar: inputs[0].array(of: Int64.self)[0] &+ 1)]
    }
}
