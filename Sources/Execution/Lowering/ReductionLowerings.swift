import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Sums and means. Over the pixels of channels-last images: sums a channel, an image at a time or over the whole batch.
/// Anything else: dense, each output element by itself in Double.
struct ReductionLowering: NodeLowering {
    private enum Form { case pixelsOfEachImage, pixelsOfBatch, general }

    private func axes(_ op: any Op) -> [Int] { (op as? ReduceSum)?.axes ?? (op as! ReduceMean).axes }

    private func form(_ node: Node, _ input: TensorType) -> Form {
        guard input.rank == 4 else { return .general }
        switch axes(node.op).map({ $0 < 0 ? $0 + 4 : $0 }).sorted() {
        case [2, 3]: return .pixelsOfEachImage
        case [0, 2, 3]: return .pixelsOfBatch
        default: return .general
        }
    }

    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard isFloat32(node, inputs) else { return nil }
        let layout: Layout = form(node, inputs[0]) == .general ? .dense : .channelsLast
        return LayoutChoice(inputs: [layout], outputs: [.dense])
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let shape = request.inputs[0].shape
        let count = Double(request.inputs[0].elementCount) / Double(max(request.outputs[0].elementCount, 1))
        let divisor = request.node.op is ReduceMean ? count : 1
        switch form(request.node, TensorType(.float32, shape: shape)) {
        case .pixelsOfEachImage: return pixels(shape, eachImage: true, divisor, request.kernels)
        case .pixelsOfBatch: return pixels(shape, eachImage: false, divisor, request.kernels)
        case .general: return general(request, divisor)
        }
    }

    private func pixels(_ shape: [Int], eachImage: Bool, _ divisor: Double, _ kernels: KernelTable) -> LoweredStep {
        let blocks = PixelBlocks(shape), channels = blocks.channels
        let sums = Phase(tiles: blocks.count) { tile, memory, _ in
            let range = blocks.range(tile)
            let target = memory.shared.assumingMemoryBound(to: Double.self) + tile * channels
            target.update(repeating: 0, count: channels)
            kernels.pointer.pointee.channel_sums(
                memory.input(0) + range.lowerBound * channels, channels, range.count, channels, target)
        }
        let joined = eachImage ? blocks.blocksPerImage : blocks.count
        let join = Phase(tiles: eachImage ? blocks.images : 1) { image, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self) + image * joined * channels,
                y = memory.output(0, as: Float.self) + image * channels
            for c in 0..<channels {
                var sum = 0.0
                for block in 0..<joined { sum += partial[block * channels + c] }
                y[c] = Float(sum / divisor)
            }
        }
        var step = LoweredStep(kernel: "sums over pixels", phases: [sums, join])
        step.sharedBytes = blocks.count * channels * 8
        return step
    }

    private func general(_ request: LoweringRequest, _ divisor: Double) -> LoweredStep {
        let shape = request.inputs[0].shape, rank = shape.count
        let reduced = Reduction.axes(axes(request.node.op), rank: rank)
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        let keptAxes = (0..<rank).filter { !reduced.contains($0) }, reducedAxes = reduced.sorted()
        let inner = reducedAxes.reduce(1) { $0 * shape[$1] }
        let pieces = Pieces(of: request.outputs[0].elementCount, size: max(1, 65_536 / max(inner, 1)))
        @Sendable func offset(_ index: Int, _ axes: [Int]) -> Int {
            var rest = index, result = 0
            for axis in axes.reversed() {
                result += rest % shape[axis] * strides[axis]
                rest /= shape[axis]
            }
            return result
        }
        // The innermost reduced axis is walked by its stride, those around it by their offset.
        let run = reducedAxes.last.map { (count: shape[$0], stride: strides[$0]) } ?? (count: 1, stride: 0)
        let runs = run.count == 0 ? 0 : inner / run.count, around = Array(reducedAxes.dropLast())
        return LoweredStep(
            kernel: "sums",
            phases: [
                Phase(tiles: pieces.count) { tile, memory, _ in
                    let x = memory.input(0, as: Float.self), y = memory.output(0, as: Float.self)
                    for index in pieces.range(tile) {
                        var sum = 0.0
                        let outer = offset(index, keptAxes)
                        for row in 0..<runs {
                            let first = x + outer + offset(row, around)
                            for position in 0..<run.count { sum += Double(first[position * run.stride]) }
                        }
                        y[index] = Float(sum / divisor)
                    }
                }
            ])
    }
}
