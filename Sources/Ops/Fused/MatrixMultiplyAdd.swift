import TesseraIR
import TesseraTensors

/// matMul(a, b) + bias for one matrix b [K, M] and a bias [M]: every sum begins with the bias.
public struct MatrixMultiplyAdd: FusedOp {
    public static let mnemonic = "matMulAdd"
    public static let fields = [Field<MatrixMultiplyAdd>("transposesB", \.product.transposesB)]
    public var product = MatrixMultiply()

    public init() {}
    public init(transposesB: Bool) { product = MatrixMultiply(transposesB: transposesB) }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 3)
        try requireSameElement(inputs)
        try requireRank(inputs[1], 2...2, "b")
        let output = try product.outputTypes(for: Array(inputs.prefix(2)))[0]
        try require(
            inputs[2].dimensions == output.dimensions.suffix(1), "a bias of type \(inputs[2]) for \(output)",
            accepted: "a number a column")
        return [output]
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let y = try builder.add(product, Array(inputs.prefix(2)))
        return try builder.add(Add(), y + inputs.suffix(1))
    }
}

extension MatrixMultiplyAdd: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        product.multiplyAdds(inputs: inputs, outputs: outputs)
    }
}
