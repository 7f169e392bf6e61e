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

    /// What the element type cannot hold of the results, in words: a number that is not finite where the inputs are, or
    /// a row of weights that is below the smallest normal number and was not.
    public func misfit(_ inputs: [Tensor]) -> String? {
        let element = inputs[0].element
        let limit = element == .float32 ? Double(Float.leastNormalMagnitude) : Double.leastNormalMagnitude
        guard inputs.allSatisfy({ $0.doubles().allSatisfy(\.isFinite) }), let results = try? evaluate(inputs) else {
            return nil
        }
        let before = inputs[0].doubles(), after = results[0].doubles(), rows = inputs[1].elementCount
        guard after.allSatisfy(\.isFinite), results[1].doubles().allSatisfy(\.isFinite) else {
            return "a folded value is not finite in \(element.rawValue)"
        }
        let scale = inputs[1].doubles(), size = after.count / max(rows, 1)
        func largest(_ values: [Double], _ row: Int) -> Double {
            values[row * size..<(row + 1) * size].reduce(0) { max($0, $1.magnitude) }
        }
        let isLost = (0..<rows).contains { row in
            scale[row].magnitude >= limit && largest(before, row) >= limit && largest(after, row) < limit
        }
        return isLost ? "a folded weight is too small for \(element.rawValue)" : nil
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
