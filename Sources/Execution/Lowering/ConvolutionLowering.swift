import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Convolution of channels-last images: depthwise row kernels where every channel has its own filter, else GEMM, with
/// the image as its own matrix where the kernel is 1 × 1 and zero-padded copies of rows (implicit GEMM) elsewhere.
extension Convolution: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) && inputs[0].rank == 4 ? .images(inputs, outputs, whole: [1]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> Lowering { try lower(request, .none) }

    fileprivate func lower(_ request: LoweringRequest, _ bounds: OutputBounds) throws -> Lowering {
        let geometry = Geometry(
            input: request.inputs[0].shape, output: request.outputs[0].shape,
            window: window(kernel: Array(request.inputs[1].shape.dropFirst(2))))
        if DepthwiseStages.serves(geometry, groups: group) {
            return .stage(DepthwiseStages.forward(geometry, bounds, request))
        }
        let work = ConvolutionStage(request, geometry, groups: group, bounds)
        if group == 1, geometry.isPointwise { return .stage(work.pointwise) }
        try geometry.requireModestRows(for: request.node)
        return .stage(work.implicitGemm)
    }
}

extension ConvolutionClip: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        convolution.layouts(inputs, outputs, given: given)
    }

    func lower(_ request: LoweringRequest) throws -> Lowering {
        try convolution.lower(request, OutputBounds(low: Float(clip.low), high: Float(clip.high)))
    }
}

/// Between which a kernel keeps what it writes.
struct OutputBounds: Sendable {
    let low: Float
    let high: Float

    static let none = OutputBounds(low: -.infinity, high: .infinity)
    /// For the kernel's name.
    var text: String { low == -.infinity && high == .infinity ? "" : " clip" }
}

private struct ConvolutionStage: Sendable {
    let request: LoweringRequest
    let geometry: Geometry
    let groups: Int
    let panels: GemmPanels
    /// Of the inner dimension: (kernel row, kernel column, channel).
    let depth: Int
    let bounds: OutputBounds
    private var hasBias: Bool { request.inputs.count == 3 }

    init(_ request: LoweringRequest, _ geometry: Geometry, groups: Int, _ bounds: OutputBounds) {
        self.bounds = bounds
        self.request = request
        self.geometry = geometry
        self.groups = groups
        panels = GemmPanels(columns: geometry.outChannels / groups, kernels: request.kernels)
        depth = geometry.channels / groups * geometry.kernelRows * geometry.kernelColumns
    }

    private func stage(
        _ name: String, _ run: @escaping @Sendable (_ window: RowWindow, _ memory: RowMemory, _ output: Rows) -> Void
    ) -> Stage {
        var stage = Stage(
            name + bounds.text, inputs: request.images(whole: [1, 2]), output: ImageLayout(request.outputs[0]), run: run
        )
        stage.packing = packing
        stage.work = .product(request.outputs[0].elementCount * depth)
        return stage
    }

    /// Weights [M, C/g, kh, kw] as panels.
    private var packing: Packing {
        let channels = geometry.channels / groups, taps = geometry.kernelRows * geometry.kernelColumns
        let (panels, depth) = (panels, depth)
        let phase = Phase(tiles: groups * panels.count) { tile, memory, _ in
            let weight = memory.input(1, as: Float.self) + tile / panels.count * panels.columns * depth
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + tile * panels.width * depth
            panels.pack(tile % panels.count, depth: depth, into: target) { k, m in
                weight[(m * channels + k % channels) * taps + k / channels]
            }
        }
        return Packing(phases: [phase], inputs: [1], byteCount: groups * panels.byteCount(depth: depth))
    }

    var pointwise: Stage {
        let (panels, depth, hasBias, bounds) = (panels, depth, hasBias, bounds)
        return stage("conv 1x1 gemm \(panels.width)") { window, memory, output in
            panels.runPointwise(
                memory.inputs[0], output, window, depth: depth, packed: memory.packed(),
                bias: hasBias ? memory.whole.input(2) : nil, bounds: bounds)
        }
    }

    var implicitGemm: Stage {
        let work = self, rows = ConvolutionRows(geometry: geometry), segments = TapSegments(geometry, groups: groups)
        var stage = stage("conv \(geometry.kernelText) gemm \(panels.width)") { window, memory, output in
            let padded = rows.fill(memory.scratch, memory.inputs[0], window)
            let floatsPerRow = rows.padded(columns: window.columns.count).floatsPerRow
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: segments.count) { pointers in
                for y in window.rows {
                    for group in 0..<work.groups {
                        segments.set(
                            pointers, padded, floatsPerRow: floatsPerRow, row: y - window.rows.lowerBound, group: group)
                        work.multiply(
                            pointers, segments, group, pixels: window.columns.count,
                            output.floats(y, window.columns.lowerBound), stride: output.pixelStride, memory)
                    }
                }
            }
        }
        stage.scratchBytes = { rows.byteCount(outputRows: $0) }
        return stage
    }

    /// All panels of a group over one row of output pixels.
    private func multiply(
        _ pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, _ segments: TapSegments, _ group: Int,
        pixels: Int, _ output: UnsafeMutablePointer<Float>, stride: Int, _ memory: RowMemory
    ) {
        var call = tessera_gemm()
        call.pixels = pixels
        call.segments = segments.count
        call.depth = segments.depth
        call.a = UnsafePointer(pointers.baseAddress!)
        call.a_stride = geometry.strideColumns * geometry.channels
        call.c_stride = stride
        call.low = bounds.low
        call.high = bounds.high
        for panel in 0..<panels.count {
            let first = group * panels.columns + panels.columns(panel).lowerBound
            panels.run(
                call, panel: panel, packed: memory.packed((group * panels.count + panel) * panels.width * depth),
                c: output + first, bias: hasBias ? memory.whole.input(2) + first : nil)
        }
    }
}
