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

    func lower(_ request: LoweringRequest) throws -> Lowering { try lower(request, Epilogue()) }

    fileprivate func lower(_ request: LoweringRequest, _ epilogue: Epilogue) throws -> Lowering {
        let geometry = Geometry(
            input: request.inputs[0].shape, output: request.outputs[0].shape,
            window: window(kernel: Array(request.inputs[1].shape.dropFirst(2))))
        if DepthwiseStages.serves(geometry, groups: group) {
            return .stage(DepthwiseStages.forward(geometry, epilogue, request))
        }
        if request.usesWinograd, WinogradStage.serves(geometry, groups: group) {
            return .stage(WinogradStage(geometry, request.kernels, epilogue).stage(request))
        }
        let work = ConvolutionStage(request, geometry, groups: group, epilogue)
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
        try convolution.lower(request, Epilogue(bounds: clip))
    }
}

extension ConvolutionAddClip: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        convolution.layouts(inputs, outputs, given: given)
    }

    func lower(_ request: LoweringRequest) throws -> Lowering {
        try convolution.lower(request, Epilogue(bounds: clip, addend: request.inputs.count - 1))
    }
}

/// What a convolution does to its sums before it writes them.
struct Epilogue: Sendable {
    let low: Float
    let high: Float
    /// The input that is added, before the bounds.
    let addend: Int?

    init(bounds: Clip = Clip(), addend: Int? = nil) {
        (low, high) = (Float(bounds.low), Float(bounds.high))
        self.addend = addend
    }

    /// For the kernel's name.
    var text: String {
        (addend == nil ? "" : " add") + (low == -.infinity && high == .infinity ? "" : " clip")
    }
}

private struct ConvolutionStage: Sendable {
    let request: LoweringRequest
    let geometry: Geometry
    let groups: Int
    let panels: GemmPanels
    /// Of the inner dimension: (kernel row, kernel column, channel).
    let depth: Int
    let epilogue: Epilogue
    private var hasBias: Bool { request.inputs.count == (epilogue.addend == nil ? 3 : 4) }

    init(_ request: LoweringRequest, _ geometry: Geometry, groups: Int, _ epilogue: Epilogue) {
        self.epilogue = epilogue
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
            name + epilogue.text, inputs: request.images(whole: hasBias ? [1, 2] : [1]),
            output: ImageLayout(request.outputs[0]), run: run)
        stage.packing = packing
        stage.work = .product(Double(request.outputs[0].elementCount) * Double(depth))
        stage.parts = groups == 1 ? panels.count : 1
        stage.inPlace = epilogue.addend.map { [$0] } ?? []
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
        let (panels, depth, hasBias, epilogue) = (panels, depth, hasBias, epilogue)
        return stage("conv 1x1 gemm \(panels.width)") { window, memory, output in
            panels.runPointwise(
                memory.inputs[0], output, window, depth: depth, packed: memory.packed(),
                bias: hasBias ? memory.whole.input(2) : nil, epilogue: epilogue,
                addend: epilogue.addend.map { memory.inputs[$0] })
        }
    }

    var implicitGemm: Stage {
        let work = self, rows = ConvolutionRows(geometry: geometry), segments = TapSegments(geometry, groups: groups)
        var stage = stage("conv \(geometry.kernelText) gemm \(panels.width)") { window, memory, output in
            let padded = rows.fill(memory.scratch, memory.inputs[0], window), count = window.rows.count
            let floatsPerRow = rows.padded(columns: window.columns.count).floatsPerRow
            // Behind the padded rows, to the runs of every output row.
            let pointers = (memory.scratch + rows.byteCount(outputRows: count)).assumingMemoryBound(
                to: UnsafePointer<Float>?.self)
            for group in 0..<work.groups {
                for row in 0..<count {
                    segments.set(
                        pointers + row * segments.count, padded, floatsPerRow: floatsPerRow, row: row, group: group)
                }
                work.multiply(pointers, segments, group, window, output, memory)
            }
        }
        stage.scratchBytes = { rows.byteCount(outputRows: $0) + $0 * segments.count * MemoryLayout<Int>.stride }
        return stage
    }

    /// All panels of a group over the rows of a window, each panel over all of them while its weights are in the cache.
    private func multiply(
        _ pointers: UnsafeMutablePointer<UnsafePointer<Float>?>, _ segments: TapSegments, _ group: Int,
        _ window: RowWindow, _ output: Rows, _ memory: RowMemory
    ) {
        let addend = epilogue.addend.map { memory.inputs[$0] }, x = window.columns.lowerBound
        var call = tessera_gemm()
        call.pixels = window.columns.count
        call.segments = segments.count
        call.depth = segments.depth
        call.a_stride = geometry.strideColumns * geometry.channels
        call.c_stride = output.pixelStride
        call.addend_stride = addend?.pixelStride ?? 0
        call.low = epilogue.low
        call.high = epilogue.high
        for panel in window.parts ?? 0..<panels.count {
            let first = group * panels.columns + panels.columns(panel).lowerBound
            let packed = memory.packed((group * panels.count + panel) * panels.width * depth)
            for (row, y) in window.rows.enumerated() {
                call.a = UnsafePointer(pointers + row * segments.count)
                call.addend = addend.map { UnsafePointer($0.floats(y, x) + first) }
                panels.run(
                    call, panel: panel, packed: packed, c: output.floats(y, x) + first,
                    bias: hasBias ? memory.whole.input(2) + first : nil)
            }
        }
    }
}
