import TesseraIR
import TesseraTensors

/// (dy, y) → dy where y > 0, else 0: the backward form of `relu`, read off its output.
public struct ReluGradient: DefinedOp {
    public static let mnemonic = "reluGradient"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireFloating(inputs)
        try require(inputs[0] == inputs[1], "dy \(inputs[0]) and y \(inputs[1])", accepted: "equal types")
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [mask(type, inputs[0], inputs[1])] }
    }

    private func mask<T: DefinitionFloat>(_: T.Type, _ dy: Tensor, _ y: Tensor) -> Tensor {
        let values = dy.withElements(T.self) { dy in
            y.withElements(T.self) { y in zip(dy, y).map { pair -> T in pair.1 > 0 ? pair.0 : 0 } }
        }
        return Tensor(values, shape: dy.shape)
    }
}

extension ReluGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        elementwiseFootprints(inputs)
    }
}
