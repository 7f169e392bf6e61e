import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// The weight gradient of a convolution: Xᵀ · dY over pixels. The pixels are cut into a few fixed blocks, and the
/// filters into chunks; each pair has its own partial sums, which are added in order.
struct ConvolutionWeightGradientLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && inputs[0].rank == 4 ? channelsLast(node, inputs, denseOutputs: [0]) : nil
    }

    /// Pixels of one GEMM call: its float sums are added to the partial ones.
    private static let pixelChunk = 512
    private static let filterChunk = 192

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! ConvolutionWeightGradient
        let geometry = Geometry(
            input: request.inputs[0].shape, output: request.inputs[1].shape,
            window: op.convolution.window(kernel: op.kernel))
        let groups = op.convolution.group
        if DepthwiseSteps.serves(geometry, groups: groups) {
            return DepthwiseSteps.weightGradient(geometry, request.kernels)
        }
        try geometry.requireModestRows(for: request.node)
        let kernels = request.kernels
        let channels = geometry.channels / groups, filters = geometry.outChannels / groups,
            taps = geometry.kernelRows * geometry.kernelColumns
        let depth = taps * channels, size = groups * depth * filters
        let blocks = RowBlocks(
            images: geometry.images, rows: geometry.outHeight, limit: max(2, min(16, (4 << 20) / max(size, 1))))
        let chunks = Pieces(of: filters, size: Self.filterChunk)
        let rows = PaddedRows(geometry), segments = TapSegments(geometry, groups: groups)
        let isPointwise = geometry.isPointwise && groups == 1

        // The partial of a block: [group][k = (tap, channel)][filter].
        let sums = Phase(tiles: blocks.count * chunks.count) { tile, memory, scratch in
            let block = tile / chunks.count, chunk = chunks.range(tile % chunks.count)
            let partial = memory.shared.assumingMemoryBound(to: Float.self) + block * size
            for k in 0..<groups * depth { memset(partial + k * filters + chunk.lowerBound, 0, chunk.count * 4) }
            let x = memory.input(0, as: Float.self), dy = memory.input(1, as: Float.self)
            let (images, blockRows) = blocks.block(block)
            if isPointwise {
                // Whole rows a call, so that sums do not depend on how many rows come at once.
                let rowsAtOnce = max(1, Self.pixelChunk / max(geometry.outWidth, 1))
                for image in images {
                    for y in stride(from: blockRows.lowerBound, to: blockRows.upperBound, by: rowsAtOnce) {
                        let count = min(rowsAtOnce, blockRows.upperBound - y) * geometry.outWidth
                        let first = (image * geometry.outHeight + y) * geometry.outWidth
                        for start in stride(from: first, to: first + count, by: Self.pixelChunk) {
                            kernels.pointer.pointee.gemm_transposed(
                                min(Self.pixelChunk, first + count - start), x + start * channels, channels, channels,
                                dy + start * filters + chunk.lowerBound, filters, chunk.count,
                                partial + chunk.lowerBound, filters)
                        }
                    }
                }
                return
            }
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: segments.count) { pointers in
                for image in images {
                    for y in blockRows {
                        let padded = rows.fill(scratch, from: x, image: image, outputRows: y..<y + 1)
                        for group in 0..<groups {
                            segments.set(pointers, padded, rows, outputRow: y, firstRow: y, group: group)
                            for segment in 0..<segments.count {
                                kernels.pointer.pointee.gemm_transposed(
                                    geometry.outWidth, pointers[segment]!, geometry.strideColumns * geometry.channels,
                                    segments.depth,
                                    dy + (image * geometry.outHeight + y) * geometry.outWidth * geometry.outChannels
                                        + group * filters + chunk.lowerBound, geometry.outChannels, chunk.count,
                                    partial + (group * depth + segment * segments.depth) * filters + chunk.lowerBound,
                                    filters)
                            }
                        }
                    }
                }
            }
        }
        let join = Phase(tiles: groups * taps) { tile, memory, _ in
            let partials = memory.shared.assumingMemoryBound(to: Float.self), dw = memory.output(0, as: Float.self)
            let group = tile / taps, tap = tile % taps
            for c in 0..<channels {
                for m in 0..<filters {
                    var sum = 0.0
                    for block in 0..<blocks.count {
                        sum += Double(partials[block * size + (group * depth + tap * channels + c) * filters + m])
                    }
                    dw[((group * filters + m) * channels + c) * taps + tap] = Float(sum)
                }
            }
        }
        var step = LoweredStep(
            kernel: "conv \(geometry.kernelRows)x\(geometry.kernelColumns) weight gradient", phases: [sums, join])
        step.sharedBytes = blocks.count * size * 4 + 64
        step.workerBytes = isPointwise ? 0 : rows.byteCount(outputRows: 1)
        return step
    }
}
