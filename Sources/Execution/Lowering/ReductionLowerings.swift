import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// What sums and means share. Over the pixels of channels-last images: sums a channel, an image at a time or over the
/// whole batch. Anything else: dense, each output element by itself in Double.
protocol ReductionLowerable: Lowerable {
    var axes: [Int] { get }
    var isMean: Bool { get }
}

extension ReduceSum: ReductionLowerable { var isMean: Bool { false } }
extension ReduceMean: ReductionLowerable { var isMean: Bool { true } }

private enum ReductionForm { case pixelsOfEachImage, pixelsOfBatch, general }

extension ReductionLowerable {
    private func form(rank: Int) -> ReductionForm {
        guard rank == 4 else { return .general }
        switch axes.map({ $0 < 0 ? $0 + 4 : $0 }).sorted() {
        case [2, 3]: return .pixelsOfEachImage
        case [0, 2, 3]: return .pixelsOfBatch
        default: return .general
        }
    }

    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        guard areFloat32(inputs + outputs) else { return nil }
        let layout: Layout = form(rank: inputs[0].rank) == .general ? .dense : .channelsLast
        return LayoutChoice(inputs: [layout], outputs: [.dense])
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        let count = Double(request.inputs[0].elementCount) / Double(max(request.outputs[0].elementCount, 1))
        let divisor = isMean ? count : 1
        switch form(rank: request.inputs[0].shape.count) {
        case .pixelsOfEachImage: return .sink(pixels(request, eachImage: true, divisor))
        case .pixelsOfBatch: return .sink(pixels(request, eachImage: false, divisor))
        case .general:
            let reduction = DenseReduction(request.inputs[0].shape, axes: axes)
            return .step(
                reduction.step("sums", request) { x in
                    var sum = 0.0
                    reduction.forEachRun(x) { run, count, stride in
                        for position in 0..<count { sum += Double(run[position * stride]) }
                    }
                    return Float(sum / divisor)
                })
        }
    }

    private func pixels(_ request: LoweringRequest, eachImage: Bool, _ divisor: Double) -> Sink {
        let x = ImageLayout(request.inputs[0]), channels = x.channels, kernels = request.kernels
        let blocks = RowBlocks(images: x.images, rows: x.height, floatsPerRow: x.floatsPerRow)
        let joined = eachImage ? blocks.blocksPerImage : blocks.count
        let join = Phase(tiles: eachImage ? x.images : 1) { image, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self) + image * joined * channels,
                y = memory.output(0, as: Float.self) + image * channels
            for c in 0..<channels {
                var sum = 0.0
                for block in 0..<joined { sum += partial[block * channels + c] }
                y[c] = Float(sum / divisor)
            }
        }
        return Sink(
            kernel: "sums over pixels", inputs: [x], summed: 0, blocks: blocks, partBytes: 8 * channels,
            add: { window, _, memory, sums in
                let rows = memory.inputs[0]
                kernels.pointer.pointee.channel_sums(
                    rows.floats(window.rows.lowerBound), rows.pixelStride, window.rows.count * x.width, channels,
                    sums.assumingMemoryBound(to: Double.self))
            }, join: join)
    }
}

/// Reductions of a dense tensor over any axes, each output element by itself.
struct DenseReduction: Sendable {
    private let shape: [Int], strides: [Int]
    /// The axes that stay, and of the reduced ones the innermost, walked by its stride, and those around it.
    private let kept: [Int], around: [Int]
    private let run: (count: Int, stride: Int), runs: Int
    private let inner: Int

    init(_ shape: [Int], axes: [Int]) {
        self.shape = shape
        let reduced = Reduction.axes(axes, rank: shape.count).sorted()
        let strides = shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
        self.strides = strides
        kept = shape.indices.filter { !reduced.contains($0) }
        around = Array(reduced.dropLast())
        inner = reduced.reduce(1) { $0 * shape[$1] }
        run = reduced.last.map { (shape[$0], strides[$0]) } ?? (1, 0)
        runs = run.count == 0 ? 0 : inner / run.count
    }

    private func offset(_ index: Int, _ axes: [Int]) -> Int {
        var rest = index, result = 0
        for axis in axes.reversed() {
            result += rest % shape[axis] * strides[axis]
            rest /= shape[axis]
        }
        return result
    }

    /// `reduce` makes an output element of those that begin at an address.
    func step(
        _ kernel: String, _ request: LoweringRequest,
        _ reduce: @escaping @Sendable (_ x: UnsafePointer<Float>) -> Float
    ) -> LoweredStep {
        let reduction = self
        let pieces = Pieces(of: request.outputs[0].elementCount, size: WorkSize.blockFloats / max(inner, 1))
        let phase = Phase(tiles: pieces.count) { tile, memory, _ in
            for index in pieces.range(tile) {
                memory.output(0, as: Float.self)[index] = reduce(
                    memory.input(0) + reduction.offset(index, reduction.kept))
            }
        }
        return LoweredStep(kernel: kernel, phases: [phase])
    }

    /// The runs of elements that one output element is made of.
    func forEachRun(
        _ x: UnsafePointer<Float>, _ body: (_ run: UnsafePointer<Float>, _ count: Int, _ stride: Int) -> Void
    ) {
        for row in 0..<runs { body(x + offset(row, around), run.count, run.stride) }
    }
}
