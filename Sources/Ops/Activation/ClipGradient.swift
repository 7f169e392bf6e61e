import TesseraIR
import TesseraTensors

/// (dy, x) → dy where low ≤ x ≤ high, else 0: the backward form of `clip`.
public struct ClipGradient: DefinedOp {
    public static let mnemonic = "clipGradient"
    public static let fields = [Field<ClipGradient>("low", \.low), Field<ClipGradient>("high", \.high)]
    public var low = -Double.infinity
    public var high = Double.infinity

    public init() {}
    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireFloating(inputs)
        try require(inputs[0] == inputs[1], "dy \(inputs[0]) and x \(inputs[1])", accepted: "equal types")
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [mask(type, inputs[0], inputs[1])] }
    }

    private func mask<T: DefinitionFloat>(_: T.Type, _ dy: Tensor, _ x: Tensor) -> Tensor {
        let low = T(low), high = T(high)
        let values = dy.withElements(T.self) { dy in
            x.withElements(T.self) { x in zip(dy, x).map { pair -> T in pair.1 >= low && pair.1 <= high ? pair.0 : 0 } }
        }
        return Tensor(values, shape: dy.shape)
    }
}

extension ClipGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        elementwiseFootprints(inputs)
    }
}
