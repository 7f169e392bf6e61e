import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// The input gradient of a convolution as GEMMs over dy. With a stride, pixels of dx fall into phases (row mod stride,
/// column mod stride); each phase is reached by its own taps and is a convolution of dy at stride 1.
struct ConvolutionInputGradientLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && inputs[0].rank == 4 ? channelsLast(node, inputs, denseInputs: [1]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! ConvolutionInputGradient
        let weight = request.inputs[1].shape
        let geometry = Geometry(
            input: request.outputs[0].shape, output: request.inputs[0].shape,
            window: op.convolution.window(kernel: Array(weight.dropFirst(2))))
        if DepthwiseSteps.serves(geometry, groups: op.convolution.group) {
            return DepthwiseSteps.inputGradient(geometry, request.kernels)
        }
        if op.convolution.group == 1, geometry.isPointwise { return pointwise(geometry, request.kernels) }
        return try phases(geometry, groups: op.convolution.group, request)
    }

    private func pointwise(_ geometry: Geometry, _ kernels: KernelTable) -> LoweredStep {
        let filters = geometry.outChannels, channels = geometry.channels
        let panels = GemmPanels(columns: channels, kernels: kernels)
        let pixels = Pieces(
            of: geometry.images * geometry.height * geometry.width,
            size: max(64, min(512, 32_768 / max(filters, 1) / 8 * 8)))
        let phase = Phase(tiles: pixels.count) { tile, memory, _ in
            let range = pixels.range(tile)
            PointwiseGemm.run(
                panels, a: memory.input(0) + range.lowerBound * filters, pixels: range.count, depth: filters,
                packed: memory.prepared, bias: nil,
                c: memory.output(0) + range.lowerBound * channels
            )
        }
        var step = LoweredStep(kernel: "conv 1x1 input gradient gemm \(panels.width)", phases: [phase])
        step.preparation = [
            Phase(tiles: panels.count) { tile, memory, _ in
                let weight = memory.input(1, as: Float.self)
                let target = memory.prepared.assumingMemoryBound(to: Float.self) + tile * panels.width * filters
                panels.pack(tile, depth: filters, into: target) { m, c in weight[m * channels + c] }
            }
        ]
        step.preparedInputs = [1]
        step.preparedBytes = panels.byteCount(depth: filters)
        return step
    }

    /// A tap that reaches a phase, and how far from the phase's own index it reads dy.
    private struct Tap: Sendable {
        let index: Int
        let offset: Int
    }

    private static func taps(phase: Int, kernel: Int, stride: Int, dilation: Int, pad: Int) -> [Tap] {
        (0..<kernel).compactMap { tap in
            let place = phase + pad - tap * dilation
            return place % stride == 0 ? Tap(index: tap, offset: place / stride) : nil
        }
    }

    private func phases(_ geometry: Geometry, groups: Int, _ request: LoweringRequest) throws -> LoweredStep {
        let filters = geometry.outChannels / groups, channels = geometry.channels / groups
        let panels = GemmPanels(columns: channels, kernels: request.kernels)
        // Phases beyond the image have no pixels.
        let rowTaps = (0..<min(geometry.strideRows, geometry.height)).map {
            Self.taps(
                phase: $0, kernel: geometry.kernelRows, stride: geometry.strideRows, dilation: geometry.dilationRows,
                pad: geometry.padTop)
        }
        let columnTaps = (0..<min(geometry.strideColumns, geometry.width)).map {
            Self.taps(
                phase: $0, kernel: geometry.kernelColumns, stride: geometry.strideColumns,
                dilation: geometry.dilationColumns, pad: geometry.padLeft)
        }
        // One packed matrix a phase and group: k = (row tap, column tap, filter).
        let depths = rowTaps.flatMap { rows in columnTaps.map { rows.count * $0.count * filters } }
        let starts = depths.reduce(into: [0]) { $0.append($0.last! + groups * panels.count * panels.width * $1) }
        let phaseCount = depths.count, taps = geometry.kernelRows * geometry.kernelColumns,
            kernelColumns = geometry.kernelColumns
        let pack = Phase(tiles: phaseCount * groups * panels.count) { tile, memory, _ in
            let phase = tile / (groups * panels.count), group = tile / panels.count % groups,
                panel = tile % panels.count
            let rows = rowTaps[phase / columnTaps.count], columns = columnTaps[phase % columnTaps.count]
            let weight = memory.input(1, as: Float.self) + group * filters * channels * taps
            let target =
                memory.prepared.assumingMemoryBound(to: Float.self) + starts[phase] + (group * panels.count + panel)
                * panels.width * depths[phase]
            panels.pack(panel, depth: depths[phase], into: target) { k, c in
                let tap = k / filters, row = rows[tap / columns.count].index,
                    column = columns[tap % columns.count].index
                return weight[(k % filters * channels + c) * taps + row * kernelColumns + column]
            }
        }

        // Padded copies of the rows of dy that a block of dx rows reads.
        let rowOffsets = rowTaps.joined().map(\.offset), columnOffsets = columnTaps.joined().map(\.offset)
        let left = max(0, -(columnOffsets.min() ?? 0))
        let phaseWidth = (geometry.width + geometry.strideColumns - 1) / geometry.strideColumns
        let width = left + max(geometry.outWidth, phaseWidth + (columnOffsets.max() ?? 0)),
            reach = (rowOffsets.max() ?? 0) - (rowOffsets.min() ?? 0) + 2
        try geometry.requireModestRows(
            bytes: Double(reach) * Double(width) * Double(geometry.outChannels) * 4, for: request.node)
        let floatsPerRow = width * geometry.outChannels
        let tiles = RowTiles(
            images: geometry.images, rows: geometry.height,
            floatsPerRow: max(geometry.width * geometry.channels, floatsPerRow / geometry.strideRows))
        let span = (tiles.rows.size - 1) / geometry.strideRows + reach
        let most = (rowTaps.map(\.count).max() ?? 0) * (columnTaps.map(\.count).max() ?? 0)
        let phase = Phase(tiles: tiles.count) { tile, memory, scratch in
            let (image, range) = tiles.tile(tile)
            let padded = scratch.assumingMemoryBound(to: Float.self)
            let firstRow = range.lowerBound / geometry.strideRows + (rowOffsets.min() ?? 0)
            let lastRow = (range.upperBound - 1) / geometry.strideRows + (rowOffsets.max() ?? 0)
            for row in firstRow...max(firstRow, lastRow) {
                let target = padded + (row - firstRow) * floatsPerRow
                memset(target, 0, floatsPerRow * 4)
                guard row >= 0, row < geometry.outHeight else { continue }
                memcpy(
                    target + left * geometry.outChannels,
                    memory.input(0, as: Float.self) + (image * geometry.outHeight + row) * geometry.outWidth
                        * geometry.outChannels,
                    geometry.outWidth * geometry.outChannels * 4)
            }
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(most, 1)) { pointers in
                for y in range {
                    let rows = rowTaps[y % geometry.strideRows]
                    for (columnPhase, columns) in columnTaps.enumerated() {
                        let phase = y % geometry.strideRows * columnTaps.count + columnPhase
                        for group in 0..<groups {
                            for (i, row) in rows.enumerated() {
                                let source = padded + (y / geometry.strideRows + row.offset - firstRow) * floatsPerRow
                                for (j, column) in columns.enumerated() {
                                    pointers[i * columns.count + j] = UnsafePointer(
                                        source + (left + column.offset) * geometry.outChannels + group * filters)
                                }
                            }
                            for panel in 0..<panels.count {
                                let range = panels.columns(panel)
                                var call = tessera_gemm()
                                call.pixels =
                                    (geometry.width - columnPhase + geometry.strideColumns - 1) / geometry.strideColumns
                                call.segments = rows.count * columns.count
                                call.depth = filters
                                call.columns = range.count
                                call.a = UnsafePointer(pointers.baseAddress!)
                                call.a_stride = geometry.outChannels
                                call.b = UnsafePointer(
                                    memory.prepared.assumingMemoryBound(to: Float.self) + starts[phase]
                                        + (group * panels.count + panel) * panels.width * depths[phase])
                                call.c =
                                    memory.output(0) + ((image * geometry.height + y) * geometry.width + columnPhase)
                                    * geometry.channels + group * channels + range.lowerBound
                                call.c_stride = geometry.strideColumns * geometry.channels
                                call.low = -.infinity
                                call.high = .infinity
                                panels.run(&call)
                            }
                        }
                    }
                }
            }
        }
        var step = LoweredStep(
            kernel: "conv \(geometry.kernelRows)x\(geometry.kernelColumns) input gradient gemm \(panels.width)",
            phases: [phase])
        step.preparation = [pack]
        step.preparedInputs = [1]
        step.preparedBytes = starts.last! * 4 + 64
        step.workerBytes = span * floatsPerRow * 4 + 64
        return step
    }
}
