import TesseraIR
import TesseraTensors

/// A scalar and any number of tensors → that scalar, where every element of all is a finite number; otherwise an error.
/// Updates that read the result change no state in a step whose loss or gradients overflow.
public struct RequireFinite: DefinedOp {
    public static let mnemonic = "requireFinite"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1...Int.max)
        try requireFloating(inputs)
        try requireRank(inputs[0], 0...0, "what is passed on")
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        if let index = inputs.firstIndex(where: { !$0.isFinite }) { throw failure(input: index) }
        return [inputs[0]]
    }

    package func failure(input: Int) -> TesseraError {
        TesseraError(
            at: "\(Self.mnemonic), input \(input)", found: "a number that is not finite", accepted: "finite numbers")
    }
}

extension DefinedOp {
    /// What a state may not become, as the ops that update states say it.
    package func requireFinite(_ results: [Tensor]) throws -> [Tensor] {
        guard results.allSatisfy(\.isFinite) else { throw overflow }
        return results
    }

    package var overflow: TesseraError {
        TesseraError(
            at: Self.mnemonic, found: "a new value that is not finite",
            accepted: "finite numbers: try a smaller learning rate or gradient clipping")
    }
}
