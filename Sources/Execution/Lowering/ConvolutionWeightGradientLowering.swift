import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// The weight gradient of a convolution: Xᵀ · dY over pixels, in a few fixed blocks of rows, which are added in order.
/// Filters come in parts that do not depend on one another.
extension ConvolutionWeightGradient: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) && inputs[0].rank == 4 ? .images(inputs, outputs, wholeOutputs: [0]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> Lowering {
        let geometry = Geometry(
            input: request.inputs[0].shape, output: request.inputs[1].shape,
            window: convolution.window(kernel: kernel))
        if DepthwiseStages.serves(geometry, groups: convolution.group) {
            return .sink(DepthwiseStages.weightGradient(geometry, request))
        }
        try geometry.requireModestRows(for: request.node)
        return .sink(WeightGradient(geometry, groups: convolution.group, request.kernels).sink(request))
    }
}

private struct WeightGradient: Sendable {
    let geometry: Geometry
    let groups: Int
    let kernels: KernelTable
    let channels: Int
    let filters: Int
    let taps: Int
    let blocks: RowBlocks
    let chunks: Pieces
    private static let filterChunk = 192, joinedFilters = 16

    init(_ geometry: Geometry, groups: Int, _ kernels: KernelTable) {
        self.geometry = geometry
        self.groups = groups
        self.kernels = kernels
        (channels, filters) = (geometry.channels / groups, geometry.outChannels / groups)
        taps = geometry.kernelRows * geometry.kernelColumns
        let pixels = geometry.images * geometry.outHeight * geometry.outWidth
        let kept = min(WorkSize.partialSums, WorkSize.partialFloats / max(groups * channels * taps * filters, 1))
        blocks = RowBlocks(
            images: geometry.images, rows: geometry.outHeight,
            limit: max(1, min(max(2, kept), pixels / WorkSize.blockPixels)))
        // Equal chunks of whole vectors, enough with the blocks for the workers.
        let tiles = (WorkSize.partialSums + blocks.count - 1) / blocks.count
        let wide = (filters + Self.filterChunk - 1) / Self.filterChunk
        let count = max(1, wide, min(tiles, filters / Self.joinedFilters))
        chunks = Pieces(of: filters, size: ((filters + count - 1) / count + 15) / 16 * 16)
    }

    /// Rows of a group's sums, k = (tap, channel), and the floats of a part: [group][k][filter of the chunk].
    private var depth: Int { taps * channels }
    private var partFloats: Int { groups * depth * chunks.size }

    func sink(_ request: LoweringRequest) -> Sink {
        let work = self, isPointwise = geometry.isPointwise && groups == 1
        let rows = ConvolutionRows(geometry: geometry)
        var sink = Sink(
            kernel: "conv \(geometry.kernelText) weight gradient", inputs: request.images(), summed: 1, blocks: blocks,
            parts: chunks.count, partBytes: partFloats * 4,
            add: { window, part, memory, sums in
                let sums = sums.assumingMemoryBound(to: Float.self)
                if isPointwise {
                    work.addPixels(window, work.chunks.range(part), memory, sums)
                } else {
                    work.addTaps(window, work.chunks.range(part), memory, sums)
                }
            }, join: join)
        sink.scratchBytes = isPointwise ? 0 : rows.byteCount(outputRows: 1)
        return sink
    }

    /// Whole rows a call, so that sums do not depend on how many rows come at once.
    private func addPixels(
        _ window: RowWindow, _ chunk: Range<Int>, _ memory: RowMemory, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (x, dy) = (memory.inputs[0], memory.inputs[1])
        let rowsAtOnce = max(1, WorkSize.productPixels / max(geometry.outWidth, 1))
        for y in stride(from: window.rows.lowerBound, to: window.rows.upperBound, by: rowsAtOnce) {
            let count = min(rowsAtOnce, window.rows.upperBound - y) * geometry.outWidth
            for first in stride(from: 0, to: count, by: WorkSize.productPixels) {
                kernels.pointer.pointee.gemm_transposed(
                    min(WorkSize.productPixels, count - first), x.floats(y) + first * x.pixelStride, x.pixelStride,
                    channels, dy.floats(y) + first * dy.pixelStride + chunk.lowerBound, dy.pixelStride, chunk.count,
                    sums, chunks.size)
            }
        }
    }

    private func addTaps(
        _ window: RowWindow, _ chunk: Range<Int>, _ memory: RowMemory, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (x, dy) = (memory.inputs[0], memory.inputs[1])
        let rows = ConvolutionRows(geometry: geometry), segments = TapSegments(geometry, groups: groups)
        let floatsPerRow = rows.padded(columns: geometry.outWidth).floatsPerRow
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: segments.count) { pointers in
            for y in window.rows {
                let row = RowWindow(image: window.image, rows: y..<y + 1, columns: window.columns)
                let padded = rows.fill(memory.scratch, x, row)
                for group in 0..<groups {
                    segments.set(pointers.baseAddress!, padded, floatsPerRow: floatsPerRow, row: 0, group: group)
                    for segment in 0..<segments.count {
                        kernels.pointer.pointee.gemm_transposed(
                            geometry.outWidth, pointers[segment]!, geometry.strideColumns * geometry.channels,
                            segments.depth, dy.floats(y) + group * filters + chunk.lowerBound, dy.pixelStride,
                            chunk.count, sums + (group * depth + segment * segments.depth) * chunks.size, chunks.size)
                    }
                }
            }
        }
    }

    /// Some filters a tile, over all of their weights.
    private var join: Phase {
        let work = self, strips = Pieces(of: filters, size: Self.joinedFilters)
        return Phase(tiles: groups * strips.count) { tile, memory, _ in
            let sums = memory.shared.assumingMemoryBound(to: Float.self), dw = memory.output(0, as: Float.self)
            let group = tile / strips.count, strip = strips.range(tile % strips.count)
            let (part, column) = (strip.lowerBound / work.chunks.size, strip.lowerBound % work.chunks.size)
            let first = sums + part * work.partFloats + group * work.depth * work.chunks.size + column
            let target = dw + (group * work.filters + strip.lowerBound) * work.depth
            for k in 0..<work.depth {
                // Of the block's sums as many as a strip has at most: a part is whole strips.
                var sum = SIMD16<Double>()
                for block in 0..<work.blocks.count {
                    let from = first + block * work.chunks.count * work.partFloats + k * work.chunks.size
                    sum += SIMD16<Double>(UnsafeRawPointer(from).loadUnaligned(as: SIMD16<Float>.self))
                }
                let place = k % work.channels * work.taps + k / work.channels
                for m in 0..<strip.count { target[m * work.depth + place] = Float(sum[m]) }
            }
        }
    }
}
