import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// Convolution of channels-last images: depthwise row kernels where every channel has its own filter, else GEMM, with
/// the image as its own matrix where the kernel is 1 × 1 and zero-padded copies of rows (implicit GEMM) elsewhere.
struct ConvolutionLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && inputs[0].rank == 4 ? channelsLast(node, inputs, denseInputs: [1]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let op = request.node.op as! Convolution
        let weight = request.inputs[1].shape
        let geometry = Geometry(
            input: request.inputs[0].shape, output: request.outputs[0].shape,
            window: op.window(kernel: Array(weight.dropFirst(2))))
        let hasBias = request.inputs.count == 3
        if DepthwiseSteps.serves(geometry, groups: op.group) {
            return DepthwiseSteps.forward(geometry, hasBias: hasBias, request.kernels)
        }
        if op.group == 1, geometry.isPointwise { return pointwise(geometry, hasBias: hasBias, request.kernels) }
        try geometry.requireModestRows(for: request.node)
        return implicitGemm(geometry, groups: op.group, hasBias: hasBias, request.kernels)
    }

    /// Weights [M, C/g, kh, kw] as panels for k = (kernel row, kernel column, channel).
    private func packing(_ geometry: Geometry, groups: Int, _ panels: GemmPanels) -> (phase: Phase, depth: Int) {
        let channels = geometry.channels / groups, taps = geometry.kernelRows * geometry.kernelColumns,
            depth = channels * taps
        let phase = Phase(tiles: groups * panels.count) { tile, memory, _ in
            let weight = memory.input(1, as: Float.self) + tile / panels.count * panels.columns * depth
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + tile * panels.width * depth
            panels.pack(tile % panels.count, depth: depth, into: target) { k, m in
                weight[(m * channels + k % channels) * taps + k / channels]
            }
        }
        return (phase, depth)
    }

    private func pointwise(_ geometry: Geometry, hasBias: Bool, _ kernels: KernelTable) -> LoweredStep {
        let panels = GemmPanels(columns: geometry.outChannels, kernels: kernels), channels = geometry.channels,
            columns = geometry.outChannels
        let (pack, depth) = packing(geometry, groups: 1, panels)
        let pixels = Pieces(
            of: geometry.images * geometry.height * geometry.width,
            size: max(64, min(512, 32_768 / max(channels, 1) / 8 * 8)))
        let phase = Phase(tiles: pixels.count) { tile, memory, _ in
            let range = pixels.range(tile)
            PointwiseGemm.run(
                panels, a: memory.input(0) + range.lowerBound * channels, pixels: range.count, depth: depth,
                packed: memory.prepared,
                bias: hasBias ? memory.input(2) : nil, c: memory.output(0) + range.lowerBound * columns
            )
        }
        var step = LoweredStep(kernel: "conv 1x1 gemm \(panels.width)", phases: [phase])
        step.preparation = [pack]
        step.preparedInputs = [1]
        step.preparedBytes = panels.byteCount(depth: depth)
        return step
    }

    private func implicitGemm(_ geometry: Geometry, groups: Int, hasBias: Bool, _ kernels: KernelTable) -> LoweredStep {
        let panels = GemmPanels(columns: geometry.outChannels / groups, kernels: kernels)
        let (pack, depth) = packing(geometry, groups: groups, panels)
        let rows = PaddedRows(geometry)
        let tiles = RowTiles(
            images: geometry.images, rows: geometry.outHeight, floatsPerRow: rows.floatsPerRow * geometry.strideRows)
        let segments = TapSegments(geometry, groups: groups)
        let phase = Phase(tiles: tiles.count) { tile, memory, scratch in
            let (image, range) = tiles.tile(tile)
            let padded = rows.fill(scratch, from: memory.input(0), image: image, outputRows: range)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: segments.count) { pointers in
                for y in range {
                    for group in 0..<groups {
                        segments.set(pointers, padded, rows, outputRow: y, firstRow: range.lowerBound, group: group)
                        for panel in 0..<panels.count {
                            let columns = panels.columns(panel), first = group * panels.columns + columns.lowerBound
                            var call = tessera_gemm()
                            call.pixels = geometry.outWidth
                            call.segments = segments.count
                            call.depth = segments.depth
                            call.columns = columns.count
                            call.a = UnsafePointer(pointers.baseAddress!)
                            call.a_stride = geometry.strideColumns * geometry.channels
                            call.b = UnsafePointer(
                                memory.prepared.assumingMemoryBound(to: Float.self) + (group * panels.count + panel)
                                    * panels.width * depth)
                            call.c =
                                memory.output(0) + (image * geometry.outHeight + y) * geometry.outWidth
                                * geometry.outChannels + first
                            call.c_stride = geometry.outChannels
                            call.bias = hasBias ? memory.input(2) + first : nil
                            call.low = -.infinity
                            call.high = .infinity
                            panels.run(&call)
                        }
                    }
                }
            }
        }
        var step = LoweredStep(
            kernel: "conv \(geometry.kernelRows)x\(geometry.kernelColumns) gemm \(panels.width)", phases: [phase])
        step.preparation = [pack]
        step.preparedInputs = [1]
        step.preparedBytes = groups * panels.byteCount(depth: depth)
        step.workerBytes = rows.byteCount(outputRows: tiles.rows.size)
        return step
    }
}

/// A block of pixels times a packed matrix.
enum PointwiseGemm {
    static func run(
        _ panels: GemmPanels, a: UnsafePointer<Float>, pixels: Int, depth: Int, packed: UnsafeRawPointer,
        bias: UnsafePointer<Float>?, c: UnsafeMutablePointer<Float>
    ) {
        var segment: UnsafePointer<Float>? = a
        for panel in 0..<panels.count {
            let columns = panels.columns(panel)
            withUnsafePointer(to: &segment) { segment in
                var call = tessera_gemm()
                call.pixels = pixels
                call.segments = 1
                call.depth = depth
                call.columns = columns.count
                call.a = segment
                call.a_stride = depth
                call.b = packed.assumingMemoryBound(to: Float.self) + panel * panels.width * depth
                call.c = c + columns.lowerBound
                call.c_stride = panels.columns
                call.bias = bias.map { $0 + columns.lowerBound }
                call.low = -.infinity
                call.high = .infinity
                panels.run(&call)
            }
        }
    }
}
