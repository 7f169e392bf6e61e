import TesseraIR
import TesseraTensors

/// The matrix product of the last two axes, leading axes broadcast; either matrix may be read transposed (ONNX MatMul,
/// where a transposed operand is written as a Transpose before it). Rank-1 operands are not accepted here.
public struct MatrixMultiply: DefinedOp {
    public static let mnemonic = "matMul"
    public static let fields = [
        Field<MatrixMultiply>("transposesA", \.transposesA), Field<MatrixMultiply>("transposesB", \.transposesB),
    ]
    public var transposesA = false
    public var transposesB = false

    public init() {}
    public init(transposesA: Bool = false, transposesB: Bool = false) {
        self.transposesA = transposesA
        self.transposesB = transposesB
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        for (index, type) in inputs.enumerated() { try requireRank(type, 2...Int.max, "operand \(index)") }
        func matrix(_ type: TensorType, _ isTransposed: Bool) -> (rows: Dimension, columns: Dimension) {
            let last = type.dimensions[type.rank - 1], previous = type.dimensions[type.rank - 2]
            return isTransposed ? (last, previous) : (previous, last)
        }
        let a = matrix(inputs[0], transposesA), b = matrix(inputs[1], transposesB)
        try require(
            a.columns == b.rows,
            "matrices \(inputs[0]) and \(inputs[1])\(transposesA ? ", the first transposed" : "")\(transposesB ? ", the second transposed" : "")",
            accepted: "equal inner dimensions")
        let batch = try Broadcast.dimensions(inputs.map { Array($0.dimensions.dropLast(2)) }, at: mnemonic)
        return [TensorType(inputs[0].element, batch + [a.rows, b.columns])]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [multiply(type, inputs[0], inputs[1], shape)]
        }
    }

    private func multiply<T: DefinitionFloat>(_: T.Type, _ a: Tensor, _ b: Tensor, _ shape: [Int]) -> Tensor {
        let rows = shape[shape.count - 2], columns = shape[shape.count - 1],
            depth = a.shape[a.rank - (transposesA ? 2 : 1)]
        let batches = Broadcast.offsets(
            [Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2))], to: Array(shape.dropLast(2)))
        let (aRow, aColumn) = transposesA ? (1, rows) : (depth, 1)
        let (bRow, bColumn) = transposesB ? (1, depth) : (columns, 1)
        var y: [T] = []
        y.reserveCapacity(shape.reduce(1, *))
        a.withElements(T.self) { a in
            b.withElements(T.self) { b in
                for (aBatch, bBatch) in zip(batches[0], batches[1]) {
                    for row in 0..<rows {
                        for column in 0..<columns {
                            var sum = 0.0
                            for k in 0..<depth {
                                sum +=
                                    Double(a[aBatch * rows * depth + row * aRow + k * aColumn])
                                    * Double(b[bBatch * depth * columns + k * bRow + column * bColumn])
                            }
                            y.append(T(sum))
                        }
                    }
                }
            }
        }
        return Tensor(y, shape: shape)
    }
}

extension MatrixMultiply: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        let a = inputs[0].shape!
        return outputs[0].elementCount!.clampedTimes(a[a.count - (transposesA ? 2 : 1)])
    }
}

extension MatrixMultiply: DifferentiableOp {
    /// C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC (each transposed where the operand is), summed over broadcast leading axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let a = context.inputs[0], b = context.inputs[1], dc = context.outputGradient
        let da =
            transposesA
            ? try context.add(MatrixMultiply(transposesA: transposesB, transposesB: true), b, dc)
            : try context.add(MatrixMultiply(transposesB: !transposesB), dc, b)
        let db =
            transposesB
            ? try context.add(MatrixMultiply(transposesA: true, transposesB: transposesA), dc, a)
            : try context.add(MatrixMultiply(transposesA: !transposesA), a, dc)
        return [try context.sum(da, toTypeOf: a), try context.sum(db, toTypeOf: b)]
    }
}

extension MatrixMultiply: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("MatMul", [1, 9, 13], states: [1: .parameter]) { reader in
            let a = try reader.type(0), b = try reader.type(1)
            guard a.rank >= 1, b.rank >= 1 else {
                throw reader.failure("operands \(a) and \(b)", accepted: "rank 1 or more", kind: .invalid)
            }
            // A vector becomes a matrix of one row (left) or one column (right), and the axis is removed again
            // afterwards.
            let left = a.rank == 1 ? try reader.add(Reshape(to: [1, -1]), reader.input(0)) : try reader.input(0)
            let right = b.rank == 1 ? try reader.add(Reshape(to: [-1, 1]), reader.input(1)) : try reader.input(1)
            let y = try reader.add(MatrixMultiply(), left, right)
            guard a.rank == 1 || b.rank == 1 else { return [y] }
            var kept = reader.builder.type(of: y).dimensions
            if b.rank == 1 { kept.removeLast() }
            if a.rank == 1 { kept.remove(at: kept.count - (b.rank == 1 ? 1 : 2)) }
            let extents = kept.compactMap(\.value)
            return [
                try reader.add(
                    extents.count == kept.count
                        ? Reshape(exactly: extents) : Reshape(to: kept.map { $0.value ?? 0 }), y)
            ]
        }
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        func operand(_ index: Int, _ isTransposed: Bool) -> String {
            guard isTransposed else { return writer.inputs[index] }
            let rank = writer.inputTypes[index].rank, name = writer.intermediate("transposed\(index)")
            let permutation = Array(0..<rank - 2) + [rank - 1, rank - 2]
            writer.emit(
                "Transpose", inputs: [writer.inputs[index]], outputs: [name],
                attributes: ["perm": .ints(permutation.map { Int64($0) })])
            return name
        }
        writer.emit("MatMul", inputs: [operand(0, transposesA), operand(1, transposesB)])
    }
}
