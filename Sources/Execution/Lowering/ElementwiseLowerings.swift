import CKernels
import TesseraIR
import TesseraOps
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

/// Runs an element-wise kernel over a broadcast walk in tiles.
struct ElementwiseTiles: Sendable {
    let walk: BroadcastWalk
    private let pieces: Pieces
    private let isOneRow: Bool

    init(_ walk: BroadcastWalk) {
        self.walk = walk
        isOneRow = walk.rows == 1
        pieces =
            isOneRow
            ? Pieces(of: walk.inner, size: 32_768) : Pieces(of: walk.rows, size: max(1, 32_768 / max(walk.inner, 1)))
    }

    /// One phase; `body` handles a run of elements: operand offsets, output offset, count.
    func phase(
        _ body: @escaping @Sendable (_ offsets: (Int) -> Int, _ output: Int, _ count: Int, _ memory: StepMemory) -> Void
    ) -> Phase {
        let walk = walk, pieces = pieces, isOneRow = isOneRow
        return Phase(tiles: pieces.count) { tile, memory, _ in
            let range = pieces.range(tile)
            if isOneRow {
                body({ walk.strides[$0].last! * range.lowerBound }, range.lowerBound, range.count, memory)
            } else {
                for row in range { body({ walk.offset($0, row: row) }, row * walk.inner, walk.inner, memory) }
            }
        }
    }
}

/// Everything element-wise follows the layout of its largest operand.
protocol ElementwiseLowering: NodeLowering {}

extension ElementwiseLowering {
    /// Channels-last where a rank-4 operand of the output's shape is, and all others can be walked so; else dense.
    func followingLayouts(_ node: Node, _ inputs: [TensorType], _ given: [Layout]) -> LayoutChoice? {
        guard let output = node.outputTypes[0].shape, inputs.allSatisfy({ $0.shape != nil }) else { return nil }
        let prefersChannelsLast =
            output.count == 4 && zip(inputs, given).contains { $0.shape == output && $1 == .channelsLast }
        for layout in prefersChannelsLast ? [Layout.channelsLast, .dense] : [.dense] {
            guard BroadcastWalk(output: output, operands: inputs.map { $0.shape! }, layout: layout) != nil else {
                continue
            }
            return LayoutChoice(
                inputs: inputs.map { $0.rank == 4 ? layout : .dense },
                outputs: node.outputTypes.map { $0.rank == 4 ? layout : .dense })
        }
        return nil
    }

    func tiles(_ request: LoweringRequest) -> ElementwiseTiles {
        ElementwiseTiles(
            BroadcastWalk(
                output: request.outputs[0].shape, operands: request.inputs.map(\.shape),
                layout: request.outputs[0].layout)!)
    }

    /// In place over every operand of the output's own shape and element type.
    func inPlace(_ request: LoweringRequest) -> [(output: Int, input: Int)] {
        request.inputs.indices.filter {
            request.inputs[$0].shape == request.outputs[0].shape
                && request.inputs[$0].element == request.outputs[0].element
        }.map { (0, $0) }
    }
}

/// Two-operand arithmetic.
struct BinaryLowering: ElementwiseLowering {
    let code: tessera_binary

    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? followingLayouts(node, inputs, given) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let tiles = tiles(request), code = code, kernels = request.kernels
        let strides = tiles.walk.strides.map { $0.last! }
        var step = LoweredStep(
            kernel: "elementwise \(request.node.op.mnemonic)",
            phases: [
                tiles.phase { offset, output, count, memory in
                    kernels.pointer.pointee.binary(
                        code, memory.input(0) + offset(0), strides[0], memory.input(1) + offset(1), strides[1],
                        memory.output(0) + output, count)
                }
            ])
        step.inPlace = inPlace(request)
        return step
    }
}

/// Comparisons of floats: bool out.
struct ComparisonLowering: ElementwiseLowering {
    let code: tessera_comparison

    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        inputs.allSatisfy { $0.element == .float32 } && node.outputTypes[0].element == .bool
            ? followingLayouts(node, inputs, given) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let tiles = tiles(request), code = code, kernels = request.kernels
        let strides = tiles.walk.strides.map { $0.last! }
        return LoweredStep(
            kernel: "elementwise \(request.node.op.mnemonic)",
            phases: [
                tiles.phase { offset, output, count, memory in
                    kernels.pointer.pointee.compare(
                        code, memory.input(0) + offset(0), strides[0], memory.input(1) + offset(1), strides[1],
                        memory.output(0, as: UInt8.self) + output, count)
                }
            ])
    }
}

/// condition ? a : b.
struct WhereLowering: ElementwiseLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        inputs[0].element == .bool && inputs[1].element == .float32 && inputs[2].element == .float32
            ? followingLayouts(node, inputs, given) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let tiles = tiles(request), kernels = request.kernels
        let strides = tiles.walk.strides.map { $0.last! }
        var step = LoweredStep(
            kernel: "elementwise where",
            phases: [
                tiles.phase { offset, output, count, memory in
                    kernels.pointer.pointee.select(
                        memory.input(0, as: UInt8.self) + offset(0), strides[0], memory.input(1) + offset(1),
                        strides[1], memory.input(2) + offset(2), strides[2],
                        memory.output(0) + output, count
                    )
                }
            ])
        step.inPlace = inPlace(request)
        return step
    }
}

/// One operand, a function by code.
struct UnaryLowering: ElementwiseLowering {
    let code: tessera_unary

    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? followingLayouts(node, inputs, given) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let code = code, kernels = request.kernels
        var step = LoweredStep(
            kernel: "elementwise \(request.node.op.mnemonic)",
            phases: [
                tiles(request).phase { offset, output, count, memory in
                    kernels.pointer.pointee.unary(code, memory.input(0) + offset(0), memory.output(0) + output, count)
                }
            ])
        step.inPlace = [(0, 0)]
        return step
    }
}

/// ReLU and clip: bounds; and their backward form through clip.
struct ClipLowering: ElementwiseLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) ? followingLayouts(node, inputs, given) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let kernels = request.kernels, tiles = tiles(request)
        let phase: Phase
        if let gradient = request.node.op as? ClipGradient {
            let low = Float(gradient.low), high = Float(gradient.high)
            phase = tiles.phase { offset, output, count, memory in
                kernels.pointer.pointee.clip_gradient(
                    memory.input(0) + offset(0), memory.input(1) + offset(1), low, high, memory.output(0) + output,
                    count)
            }
        } else {
            let clip = request.node.op as? Clip
            let low = Float(clip?.low ?? 0), high = Float(clip?.high ?? .infinity)
            phase = tiles.phase { offset, output, count, memory in
                kernels.pointer.pointee.clip(memory.input(0) + offset(0), low, high, memory.output(0) + output, count)
            }
        }
        var step = LoweredStep(kernel: "elementwise \(request.node.op.mnemonic)", phases: [phase])
        step.inPlace = inPlace(request)
        return step
    }
}

/// Repeating along broadcast axes: runs are copied or filled.
struct BroadcastToLowering: ElementwiseLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard isFloat32(node, inputs), let output = node.outputTypes[0].shape else { return nil }
        // Images are read channels-last by whoever comes next.
        for layout in output.count == 4 ? [Layout.channelsLast, .dense] : [.dense]
        where BroadcastWalk(output: output, operands: [inputs[0].shape!], layout: layout) != nil {
            return LayoutChoice(inputs: [inputs[0].rank == 4 ? layout : .dense], outputs: [layout])
        }
        return nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let tiles = tiles(request), isRepeated = tiles.walk.strides[0].last! == 0
        return LoweredStep(
            kernel: "broadcast",
            phases: [
                tiles.phase { offset, output, count, memory in
                    let source = memory.input(0, as: Float.self) + offset(0),
                        target = memory.output(0, as: Float.self) + output
                    if isRepeated {
                        target.update(repeating: source.pointee, count: count)
                    } else {
                        target.update(from: source, count: count)
                    }
                }
            ])
    }
}
