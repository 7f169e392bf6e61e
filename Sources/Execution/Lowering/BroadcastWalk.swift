import TesseraTensors

/// How an element-wise op reads its broadcast operands: the output walked in physical order, the innermost axis by a
/// kernel.
struct BroadcastWalk: Sendable {
    /// Physical extents of the output, innermost last.
    let extents: [Int]
    /// Element strides of every operand along them; the innermost is 0 or 1.
    let strides: [[Int]]
    var rows: Int { extents.dropLast().reduce(1, *) }
    var inner: Int { extents.last ?? 1 }

    /// Nil where an operand's innermost stride is neither 0 nor 1.
    init?(output: [Int], operands: [[Int]], layout: Layout) {
        var extents = output,
            strides = operands.map { shape -> [Int] in
                let padded = Array(repeating: 1, count: output.count - shape.count) + shape
                return Self.strides(padded, layout: shape.count == 4 ? layout : .dense)
            }
        if layout == .channelsLast, output.count == 4 {
            let order = [0, 2, 3, 1]
            extents = order.map { extents[$0] }
            strides = strides.map { operand in order.map { operand[$0] } }
        }
        // Neighbouring axes that every operand walks in one go become one.
        var merged: [Int] = [], mergedStrides: [[Int]] = operands.map { _ in [] }
        for axis in extents.indices where extents[axis] != 1 {
            let joins =
                !merged.isEmpty
                && strides.indices.allSatisfy { mergedStrides[$0].last! == strides[$0][axis] * extents[axis] }
            if joins { merged[merged.count - 1] *= extents[axis] } else { merged.append(extents[axis]) }
            for index in strides.indices {
                if joins {
                    mergedStrides[index][merged.count - 1] = strides[index][axis]
                } else {
                    mergedStrides[index].append(strides[index][axis])
                }
            }
        }
        if merged.isEmpty {
            merged = [1]
            mergedStrides = operands.map { _ in [0] }
        }
        guard mergedStrides.allSatisfy({ (0...1).contains($0.last!) }) else { return nil }
        self.extents = merged
        self.strides = mergedStrides
    }

    /// Strides in logical order of a tensor stored in a layout; 0 along axes of extent 1.
    private static func strides(_ shape: [Int], layout: Layout) -> [Int] {
        let order = layout == .channelsLast && shape.count == 4 ? [0, 2, 3, 1] : Array(shape.indices)
        var result = [Int](repeating: 0, count: shape.count), stride = 1
        for axis in order.reversed() {
            result[axis] = shape[axis] == 1 ? 0 : stride
            stride *= shape[axis]
        }
        return result
    }

    /// The operands' offsets at an outer row.
    func offset(_ operand: Int, row: Int) -> Int {
        var rest = row, result = 0
        for axis in extents.indices.dropLast().reversed() {
            result += rest % extents[axis] * strides[operand][axis]
            rest /= extents[axis]
        }
        return result
    }
}

extension BroadcastWalk {
    /// Of the inputs of an element-wise op, dense or as its output lies.
    init?(_ request: LoweringRequest) {
        self.init(
            output: request.outputs[0].shape, operands: request.inputs.map(\.shape), layout: request.outputs[0].layout)
    }

    /// A kernel over tensors that are no images: runs of the innermost axis, in tiles.
    func step(_ name: String, _ request: LoweringRequest, _ kernel: @escaping ElementKernel) -> LoweredStep {
        let walk = self, isOneRow = rows == 1, bytes = request.inputs.map(\.element.byteCount)
        let outputBytes = request.outputs[0].element.byteCount
        let pieces =
            isOneRow
            ? Pieces(of: inner, size: WorkSize.tileFloats)
            : Pieces(of: rows, size: WorkSize.tileFloats / max(inner, 1))
        let phase = Phase(tiles: pieces.count) { tile, memory, _ in
            withUnsafeTemporaryAllocation(of: ElementRun.Operand.self, capacity: bytes.count) { table in
                func run(_ row: Int, from first: Int, _ count: Int) {
                    for (operand, size) in bytes.enumerated() {
                        let stride = walk.strides[operand].last!
                        let offset = walk.offset(operand, row: row) + stride * first
                        table[operand] = ElementRun.Operand(
                            base: memory.inputs[operand] + offset * size, stride: stride)
                    }
                    kernel(
                        ElementRun(
                            operands: UnsafePointer(table.baseAddress!),
                            output: memory.outputs[0] + (row * walk.inner + first) * outputBytes, count: count))
                }
                let range = pieces.range(tile)
                if isOneRow { return run(0, from: range.lowerBound, range.count) }
                for row in range { run(row, from: 0, walk.inner) }
            }
        }
        var step = LoweredStep(kernel: name, phases: [phase])
        step.inPlace = request.operandsLikeOutput.map { (0, $0) }
        return step
    }
}
