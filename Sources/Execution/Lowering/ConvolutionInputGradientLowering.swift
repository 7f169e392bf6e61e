import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// The input gradient of a convolution as GEMMs over dy. With a stride, pixels of dx fall into phases (row mod stride,
/// column mod stride); each phase is reached by its own taps and is a convolution of dy at stride 1.
extension ConvolutionInputGradient: Lowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) && inputs[0].rank == 4 ? .images(inputs, outputs, whole: [1]) : nil
    }

    func lower(_ request: LoweringRequest) throws -> Lowering {
        let geometry = Geometry(
            input: request.outputs[0].shape, output: request.inputs[0].shape,
            window: convolution.window(kernel: Array(request.inputs[1].shape.dropFirst(2))))
        if DepthwiseStages.serves(geometry, groups: convolution.group) {
            return .stage(DepthwiseStages.inputGradient(geometry, request))
        }
        if convolution.group == 1, geometry.isPointwise { return .stage(pointwise(geometry, request)) }
        let phases = GradientPhases(geometry, groups: convolution.group, request)
        try phases.requireModestRows(for: request.node)
        return .stage(phases.stage(request))
    }

    private func pointwise(_ geometry: Geometry, _ request: LoweringRequest) -> Stage {
        let filters = geometry.outChannels, channels = geometry.channels
        let panels = GemmPanels(columns: channels, kernels: request.kernels)
        var stage = Stage(
            "conv 1x1 input gradient gemm \(panels.width)", inputs: request.images(whole: [1]),
            output: ImageLayout(request.outputs[0])
        ) { window, memory, output in
            panels.runPointwise(
                memory.inputs[0], output, window, depth: filters, packed: memory.packed(), bias: nil)
        }
        let pack = Phase(tiles: panels.count) { tile, memory, _ in
            let weight = memory.input(1, as: Float.self)
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + tile * panels.width * filters
            panels.pack(tile, depth: filters, into: target) { m, c in weight[m * channels + c] }
        }
        stage.packing = Packing(phases: [pack], inputs: [1], byteCount: panels.byteCount(depth: filters))
        return stage
    }
}

/// The phases of dx along both axes, with the taps that reach each.
private struct GradientPhases: Sendable {
    /// A tap that reaches a phase, and how far from the phase's own index it reads dy.
    struct Tap: Sendable {
        let index: Int
        let offset: Int
    }

    private let geometry: Geometry
    private let groups: Int
    private let filters: Int
    private let channels: Int
    private let panels: GemmPanels
    private let rowTaps: [[Tap]]
    private let columnTaps: [[Tap]]
    /// One packed matrix a phase and group, k = (row tap, column tap, filter): inner dimension and first float.
    private let depths: [Int]
    private let starts: [Int]
    /// The rows and columns of dy around a phase's own index that its taps read.
    private let rowReach: ClosedRange<Int>
    private let columnReach: ClosedRange<Int>

    init(_ geometry: Geometry, groups: Int, _ request: LoweringRequest) {
        func taps(_ phases: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int) -> [[Tap]] {
            (0..<phases).map { phase in
                (0..<kernel).compactMap { tap in
                    let place = phase + pad - tap * dilation
                    return place % stride == 0 ? Tap(index: tap, offset: place / stride) : nil
                }
            }
        }
        func reach(_ taps: [[Tap]]) -> ClosedRange<Int> {
            let offsets = taps.joined().map(\.offset)
            return (offsets.min() ?? 0)...(offsets.max() ?? 0)
        }
        self.geometry = geometry
        self.groups = groups
        (filters, channels) = (geometry.outChannels / groups, geometry.channels / groups)
        panels = GemmPanels(columns: channels, kernels: request.kernels)
        // Phases beyond the image have no pixels.
        rowTaps = taps(
            min(geometry.strideRows, geometry.height), geometry.kernelRows, geometry.strideRows, geometry.dilationRows,
            geometry.padTop)
        columnTaps = taps(
            min(geometry.strideColumns, geometry.width), geometry.kernelColumns, geometry.strideColumns,
            geometry.dilationColumns, geometry.padLeft)
        (rowReach, columnReach) = (reach(rowTaps), reach(columnTaps))
        let filters = filters, columnTaps = columnTaps, size = groups * panels.count * panels.width
        depths = rowTaps.flatMap { rows in columnTaps.map { rows.count * $0.count * filters } }
        starts = depths.reduce(into: [0]) { $0.append($0.last! + size * $1) }
    }

    private var packing: Packing {
        let taps = geometry.kernelRows * geometry.kernelColumns, work = self
        let phase = Phase(tiles: depths.count * groups * panels.count) {
            [panels, groups, filters, channels] tile, memory, _ in
            let phase = tile / (groups * panels.count), group = tile / panels.count % groups,
                panel = tile % panels.count
            let rows = work.rowTaps[phase / work.columnTaps.count],
                columns = work.columnTaps[phase % work.columnTaps.count]
            let weight = memory.input(1, as: Float.self) + group * filters * channels * taps
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + work.matrix(phase, group, panel)
            panels.pack(panel, depth: work.depths[phase], into: target) { k, c in
                let tap = k / filters, row = rows[tap / columns.count].index,
                    column = columns[tap % columns.count].index
                return weight[(k % filters * channels + c) * taps + row * work.geometry.kernelColumns + column]
            }
        }
        return Packing(phases: [phase], inputs: [1], byteCount: starts.last! * 4 + 64)
    }

    /// The first float of a panel.
    private func matrix(_ phase: Int, _ group: Int, _ panel: Int) -> Int {
        starts[phase] + (group * panels.count + panel) * panels.width * depths[phase]
    }

    /// The padded rows of dy that dx rows read, and the columns.
    private func rows(_ rows: Range<Int>) -> Range<Int> {
        rows.lowerBound / geometry.strideRows + rowReach.lowerBound..<(rows.upperBound - 1) / geometry.strideRows
            + rowReach.upperBound + 1
    }

    private func columns(_ columns: Range<Int>) -> Range<Int> {
        columns.lowerBound / geometry.strideColumns + columnReach.lowerBound..<(columns.upperBound - 1)
            / geometry.strideColumns + columnReach.upperBound + 1
    }

    private func scratchBytes(_ count: Int) -> Int {
        let rows = (count - 1) / geometry.strideRows + rowReach.count + 1
        return rows * columns(0..<max(geometry.width, 1)).count * geometry.outChannels * 4 + 64
    }

    func requireModestRows(for node: Node) throws {
        let width = Double(columns(0..<max(geometry.width, 1)).count)
        try geometry.requireModestRows(
            bytes: Double(rowReach.count + 1) * width * Double(geometry.outChannels) * 4, for: node)
    }

    func stage(_ request: LoweringRequest) -> Stage {
        let work = self
        let most = (rowTaps.map(\.count).max() ?? 0) * (columnTaps.map(\.count).max() ?? 0)
        var stage = Stage(
            "conv \(geometry.kernelText) input gradient gemm \(panels.width)", inputs: request.images(whole: [1]),
            output: ImageLayout(request.outputs[0])
        ) { window, memory, output in
            let rows = work.rows(window.rows), columns = work.columns(window.columns)
            let padded = PaddedRows(channels: work.geometry.outChannels, width: columns.count)
            let first = memory.scratch.assumingMemoryBound(to: Float.self)
            padded.fill(first, memory.inputs[0], rows: rows, left: columns.lowerBound)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(most, 1)) { pointers in
                for y in window.rows {
                    for phase in work.columnTaps.indices {
                        work.multiply(
                            pointers, phase, y, window, memory, output,
                            at: { row, column in
                                first + (row - rows.lowerBound) * padded.floatsPerRow
                                    + (column - columns.lowerBound) * padded.channels
                            })
                    }
                }
            }
        }
        stage.packing = packing
        stage.scratchBytes = { work.scratchBytes($0) }
        return stage
    }

    /// The pixels of one column phase in one row of dx; `at` finds a pixel of the padded rows.
    private func multiply(
        _ pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, _ columnPhase: Int, _ y: Int,
        _ window: RowWindow, _ memory: RowMemory, _ output: Rows,
        at pixel: (_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float>
    ) {
        let step = geometry.strideColumns
        // The first pixel of the phase in the window, and its index among the phase's.
        let index = (window.columns.lowerBound - columnPhase + step - 1) / step, x = index * step + columnPhase
        guard x < window.columns.upperBound else { return }
        let rows = rowTaps[y % geometry.strideRows], columns = columnTaps[columnPhase]
        let phase = y % geometry.strideRows * columnTaps.count + columnPhase
        var call = tessera_gemm()
        call.pixels = (window.columns.upperBound - x + step - 1) / step
        call.segments = rows.count * columns.count
        call.depth = filters
        call.a = UnsafePointer(pointers.baseAddress!)
        call.a_stride = geometry.outChannels
        call.c_stride = step * output.pixelStride
        call.low = -.infinity
        call.high = .infinity
        for group in 0..<groups {
            for (i, row) in rows.enumerated() {
                for (j, column) in columns.enumerated() {
                    pointers[i * columns.count + j] = UnsafePointer(
                        pixel(y / geometry.strideRows + row.offset, index + column.offset) + group * filters)
                }
            }
            for panel in 0..<panels.count {
                panels.run(
                    call, panel: panel, packed: memory.packed(matrix(phase, group, panel)),
                    c: output.floats(y, x) + group * channels + panels.columns(panel).lowerBound, bias: nil)
            }
        }
    }
}
