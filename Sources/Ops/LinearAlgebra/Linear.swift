import TesseraIR
import TesseraTensors

/// y = x · weightᵀ + bias for x [N, K], weight [M, K] and an optional bias [M] (ONNX Gemm with transB = 1).
public struct Linear: DefinedOp {
    public static let mnemonic = "linear"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2...3)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        try requireRank(inputs[0], 2...2, "x")
        try requireRank(inputs[1], 2...2, "the weight")
        try require(
            inputs[0].dimensions[1] == inputs[1].dimensions[1], "x \(inputs[0]) and a weight \(inputs[1])",
            accepted: "[N, K] and [M, K]")
        if inputs.count == 3 {
            try require(
                inputs[2].dimensions == [inputs[1].dimensions[0]], "a bias \(inputs[2])",
                accepted: "[\(inputs[1].dimensions[0])]")
        }
        return [TensorType(inputs[0].element, [inputs[0].dimensions[0], inputs[1].dimensions[0]])]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [multiply(type, inputs)] }
    }

    private func multiply<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> Tensor {
        let rows = inputs[0].shape[0], depth = inputs[0].shape[1], columns = inputs[1].shape[0]
        let x: [T] = inputs[0].array(), weight: [T] = inputs[1].array(),
            bias: [T]? = inputs.count == 3 ? inputs[2].array() : nil
        var y: [T] = []
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = bias.map { Double($0[column]) } ?? 0
                for k in 0..<depth { sum += Double(x[row * depth + k]) * Double(weight[column * depth + k]) }
                y.append(T(sum))
            }
        }
        return Tensor(y, shape: [rows, columns])
    }
}

extension Linear: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        outputs[0].elementCount!.clampedTimes(inputs[1].shape![1])
    }
}

extension Linear: DifferentiableOp {
    /// y = x·wᵀ + b: dx = dy·w, dw = dyᵀ·x, db = Σ over rows of dy.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient
        let dx = context.isWanted[0] ? try context.add(MatrixMultiply(), dy, context.inputs[1]) : nil
        let dw = context.isWanted[1] ? try context.add(MatrixMultiply(transposesA: true), dy, context.inputs[0]) : nil
        guard context.inputs.count == 3 else { return [dx, dw] }
        return [dx, dw, context.isWanted[2] ? try context.add(ReduceSum(axes: [0]), dy) : nil]
    }
}

extension Linear: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Gemm", [7, 9, 11, 13], states: [1: .parameter, 2: .parameter]) { reader in
            let alpha = try reader.float("alpha", default: 1), beta = try reader.float("beta", default: 1)
            let transposesA = try reader.bool("transA"), transposesB = try reader.bool("transB")
            let element = try reader.type(0).element, c = reader.optionalInput(2)
            guard try reader.type(0).rank == 2, try reader.type(1).rank == 2 else {
                throw reader.failure(
                    "matrices \(try reader.type(0)) and \(try reader.type(1))", accepted: "two of rank 2",
                    kind: .invalid)
            }
            let columns = try reader.type(1).dimensions[transposesB ? 0 : 1]
            let hasPlainBias = c.map { reader.builder.type(of: $0).dimensions == [columns] } ?? true
            if alpha == 1, beta == 1, !transposesA, transposesB, hasPlainBias {
                return try reader.addAll(Linear(), [reader.input(0), reader.input(1)] + (c.map { [$0] } ?? []))
            }
            // Gemm rounds once: what a type of 16 bits cannot hold between the product and the sum is kept in float32.
            let wide = element.isFloatingPoint && element.byteCount == 2 ? ElementType.float32 : element
            func widened(_ value: Value) throws -> Value {
                wide == element ? value : try reader.add(Cast(to: wide), value)
            }
            var y = try reader.add(
                MatrixMultiply(transposesA: transposesA, transposesB: transposesB), widened(reader.input(0)),
                widened(reader.input(1)))
            if alpha != 1 { y = try reader.add(Multiply(), y, reader.builder.scalar(alpha, wide)) }
            if let c = try reader.oneWay(2, onto: reader.builder.type(of: y).dimensions) {
                let addend = try widened(c)
                y = try reader.add(
                    Add(), y, beta == 1 ? addend : reader.add(Multiply(), addend, reader.builder.scalar(beta, wide)))
            }
            return [wide == element ? y : try reader.add(Cast(to: element), y)]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Gemm", attributes: ["transB": .int(1)]) }
}
