import TesseraIR
import TesseraTensors

/// The weight and bias of a convolution followed by an inference norm: (weight [M, …], scale, bias, mean, variance,
/// optional convolution bias; each [M]) → weight · s, (convolution bias − mean) · s + bias with s = scale / √(variance
/// + ε).
public struct FoldedNorm: DefinedOp {
    public static let mnemonic = "foldedNorm"
    public static let fields = [Field<FoldedNorm>("epsilon", \.epsilon)]
    public var epsilon = 1e-5

    public init() {}
    public init(epsilon: Double) { self.epsilon = epsilon }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 5...6)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        try requireRank(inputs[0], 1...Int.max, "the weight")
        for type in inputs.dropFirst() {
            try require(
                type.dimensions == [inputs[0].dimensions[0]], "\(type)", accepted: "[\(inputs[0].dimensions[0])]")
        }
        return [inputs[0], inputs[1]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let weight = inputs[0].doubles(), rows = inputs[1].elementCount, size = weight.count / max(rows, 1)
        let parameters = inputs.dropFirst().map { $0.doubles() }
        let factors = zip(parameters[0], parameters[3]).map { $0 / ($1 + epsilon).squareRoot() }
        let offsets = (0..<rows).map { row in
            ((parameters.count > 4 ? parameters[4][row] : 0) - parameters[2][row]) * factors[row] + parameters[1][row]
        }
        let folded = weight.indices.map { weight[$0] * factors[$0 / size] }
        return [
            Tensor(doubles: folded, element: inputs[0].element, shape: inputs[0].shape),
            Tensor(doubles: offsets, element: inputs[0].element, shape: [rows]),
        ]
    }
}
