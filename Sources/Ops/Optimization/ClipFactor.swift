import TesseraIR
import TesseraTensors

/// The factor that brings gradients below a common norm, as PyTorch's `clip_grad_norm_`: any number of tensors → min(1,
/// limit / (‖all‖₂ + 10⁻⁶)), a scalar. A norm that is not finite is an error: no factor would bring it below.
public struct ClipFactor: DefinedOp {
    public static let mnemonic = "clipFactor"
    public static let fields = [
        Field<ClipFactor>("limit", \.limit, accepted: "above 0, finite") { $0 > 0 && $0.isFinite }
    ]
    public var limit = 1.0

    public init() {}
    public init(limit: Double) { self.limit = limit }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1...Int.max)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        return [TensorType(inputs[0].element, [])]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let norm = inputs.reduce(0.0) { sum, tensor in tensor.doubles().reduce(sum) { $0 + $1 * $1 } }.squareRoot()
        return [Tensor(doubles: [try factor(norm: norm)], element: inputs[0].element, shape: [])]
    }

    package func factor(norm: Double) throws -> Double {
        guard norm.isFinite else {
            throw TesseraError(at: Self.mnemonic, found: "gradients of the norm \(norm)", accepted: "finite gradients")
        }
        return min(1, limit / (norm + 1e-6))
    }
}
