import CKernels
import TesseraOps
import TesseraTensors

/// A dense 3 × 3 convolution by Winograd's F(4 × 4, 3 × 3): tiles of the input are transformed, multiplied by
/// transformed weights in 36 products, and transformed back. A quarter of the multiplications, with errors of a few
/// 1e-5 of the largest output; an infinity spoils the whole tile that it lies in.
struct WinogradStage: Sendable {
    private static let planes = 36
    /// Tiles whose products are computed at once, where the image has as many.
    private static let tilesAtOnce = 128

    private let geometry: Geometry
    private let kernels: KernelTable
    private let panels: GemmPanels
    private let epilogue: Epilogue
    /// Floats from tile to tile of the transformed inputs and outputs: whole vectors.
    private let inStride: Int
    private let outStride: Int

    /// Whether it is right for a convolution, and faster than the products themselves: enough channels to pay for the
    /// transforms, and enough tiles to pay for four times as many weights.
    static func serves(_ geometry: Geometry, groups: Int) -> Bool {
        geometry.kernelRows == 3 && geometry.kernelColumns == 3 && geometry.strideRows == 1
            && geometry.strideColumns == 1 && geometry.dilationRows == 1 && geometry.dilationColumns == 1 && groups == 1
            && min(geometry.channels, geometry.outChannels) >= 32 && geometry.outHeight * geometry.outWidth >= 784
    }

    init(_ geometry: Geometry, _ kernels: KernelTable, _ epilogue: Epilogue) {
        (self.geometry, self.kernels, self.epilogue) = (geometry, kernels, epilogue)
        panels = GemmPanels(columns: geometry.outChannels, kernels: kernels)
        let vector = Int(kernels.pointer.pointee.vector)
        func padded(_ channels: Int) -> Int { (channels + vector - 1) / vector * vector }
        (inStride, outStride) = (padded(geometry.channels), padded(geometry.outChannels))
    }

    func stage(_ request: LoweringRequest) -> Stage {
        let work = self, hasBias = request.inputs.count == (epilogue.addend == nil ? 3 : 4)
        var stage = Stage(
            "conv 3x3 winograd gemm \(panels.width)\(epilogue.text)",
            inputs: request.images(whole: hasBias ? [1, 2] : [1]),
            output: ImageLayout(request.outputs[0])
        ) { window, memory, output in work.run(window, memory, output, hasBias: hasBias) }
        stage.packing = packing
        stage.scratchBytes = { work.scratchFloats(rows: $0, columns: work.geometry.outWidth) * 4 }
        stage.inPlace = epilogue.addend.map { [$0] } ?? []
        // A quarter of the multiply-adds.
        stage.work = .product(Double(request.outputs[0].elementCount) * Double(geometry.channels) * 9 / 4)
        let tilesPerRow = (geometry.outWidth + 3) / 4, tileRows = (geometry.outHeight + 3) / 4
        let wanted = max(1, (Self.tilesAtOnce + tilesPerRow - 1) / tilesPerRow)
        stage.rowsAlone = 4 * min(wanted, max(1, (tileRows + 1) / 2))
        return stage
    }

    /// Tiles lie where they lie in the whole output, so that a window changes no bit.
    private func tiles(_ range: Range<Int>) -> Range<Int> { range.lowerBound / 4..<(range.upperBound + 3) / 4 }

    /// Of transformed inputs and outputs, for a window that begins anywhere.
    private func scratchFloats(rows: Int, columns: Int) -> Int {
        ((rows + 6) / 4) * ((columns + 6) / 4) * Self.planes * (inStride + outStride) + 16
    }

    private func run(_ window: RowWindow, _ memory: RowMemory, _ output: Rows, hasBias: Bool) {
        let rows = tiles(window.rows), columns = tiles(window.columns), count = rows.count * columns.count
        let transformed = memory.scratch.assumingMemoryBound(to: Float.self)
        let products = transformed + count * Self.planes * inStride
        spread(memory.inputs[0], rows, columns, count, transformed)
        multiply(transformed, products, count, memory)
        gather(window, rows, columns, count, products, memory, output, hasBias: hasBias)
    }

    private func spread(
        _ input: Rows, _ rows: Range<Int>, _ columns: Range<Int>, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        var call = tessera_winograd_input()
        call.width = geometry.width
        call.pad = geometry.padLeft - 4 * columns.lowerBound
        call.tiles = columns.count
        call.channels = geometry.channels
        call.in_stride = input.pixelStride
        (call.plane_stride, call.tile_stride) = (count * inStride, inStride)
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 6) { pointers in
            call.rows = UnsafePointer(pointers.baseAddress!)
            for (position, tile) in rows.enumerated() {
                for r in 0..<6 { pointers[r] = input.pointer(4 * tile - geometry.padTop + r) }
                call.out = target + position * columns.count * inStride
                kernels.pointer.pointee.winograd_input(&call)
            }
        }
    }

    private func multiply(
        _ transformed: UnsafeMutablePointer<Float>, _ products: UnsafeMutablePointer<Float>, _ count: Int,
        _ memory: RowMemory
    ) {
        var call = tessera_gemm()
        (call.segments, call.depth, call.pixels) = (1, geometry.channels, count)
        (call.a_stride, call.c_stride) = (inStride, outStride)
        (call.low, call.high) = (-.infinity, .infinity)
        let panelFloats = panels.width * geometry.channels
        for plane in 0..<Self.planes {
            var a: UnsafePointer<Float>? = UnsafePointer(transformed + plane * count * inStride)
            withUnsafePointer(to: &a) { a in
                call.a = a
                for panel in 0..<panels.count {
                    panels.run(
                        call, panel: panel, packed: memory.packed((plane * panels.count + panel) * panelFloats),
                        c: products + plane * count * outStride + panels.columns(panel).lowerBound, bias: nil)
                }
            }
        }
    }

    private func gather(
        _ window: RowWindow, _ rows: Range<Int>, _ columns: Range<Int>, _ count: Int,
        _ products: UnsafeMutablePointer<Float>, _ memory: RowMemory, _ output: Rows, hasBias: Bool
    ) {
        let addend = epilogue.addend.map { memory.inputs[$0] }, x = 4 * columns.lowerBound
        var call = tessera_winograd_output()
        (call.plane_stride, call.tile_stride, call.tiles) = (count * outStride, outStride, columns.count)
        (call.first, call.end) = (window.columns.lowerBound - x, window.columns.upperBound - x)
        call.channels = geometry.outChannels
        call.bias = hasBias ? memory.whole.input(2) : nil
        (call.out_stride, call.addend_stride) = (output.pixelStride, addend?.pixelStride ?? 0)
        (call.low, call.high) = (epilogue.low, epilogue.high)
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: 4) { targets in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 4) { addends in
                call.rows = UnsafePointer(targets.baseAddress!)
                call.addend = UnsafePointer(addends.baseAddress!)
                for (position, tile) in rows.enumerated() {
                    for r in 0..<4 {
                        let y = 4 * tile + r, isWanted = window.rows.contains(y)
                        targets[r] = isWanted ? output.floats(y, x) : nil
                        addends[r] = isWanted ? addend.map { UnsafePointer($0.floats(y, x)) } : nil
                    }
                    call.in = UnsafePointer(products + position * columns.count * outStride)
                    kernels.pointer.pointee.winograd_output(&call)
                }
            }
        }
    }

    // MARK: Weights

    /// G in both dimensions, for the points 0, 1, −1, 2, −2 and ∞.
    private static let matrix: [[Double]] = [
        [1.0 / 4, 0, 0], [-1.0 / 6, -1.0 / 6, -1.0 / 6], [-1.0 / 6, 1.0 / 6, -1.0 / 6],
        [1.0 / 24, 1.0 / 12, 1.0 / 6], [1.0 / 24, -1.0 / 12, 1.0 / 6], [0, 0, 1],
    ]

    /// Weights [M, C, 3, 3] as 36 matrices [C, M] in panels.
    private var packing: Packing {
        let (panels, channels) = (panels, geometry.channels), panelFloats = panels.width * channels
        let phase = Phase(tiles: panels.count) { panel, memory, _ in
            let weight = memory.input(1, as: Float.self)
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + panel * panelFloats
            let columns = panels.columns(panel)
            for c in 0..<channels {
                for position in 0..<panels.width {
                    let filter = columns.lowerBound + position
                    let to = target + c * panels.width + position, distance = panels.count * panelFloats
                    guard columns.contains(filter) else {
                        for plane in 0..<Self.planes { to[plane * distance] = 0 }
                        continue
                    }
                    Self.transform(weight + (filter * channels + c) * 9) { plane, value in
                        to[plane * distance] = value
                    }
                }
            }
        }
        return Packing(phases: [phase], inputs: [1], byteCount: Self.planes * panels.byteCount(depth: channels))
    }

    private static func transform(_ g: UnsafePointer<Float>, _ put: (_ plane: Int, _ value: Float) -> Void) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 18) { half in
            for i in 0..<6 {
                for j in 0..<3 {
                    half[3 * i + j] =
                        matrix[i][0] * Double(g[j]) + matrix[i][1] * Double(g[3 + j]) + matrix[i][2] * Double(g[6 + j])
                }
            }
            for i in 0..<6 {
                for j in 0..<6 {
                    let sum =
                        half[3 * i] * matrix[j][0] + half[3 * i + 1] * matrix[j][1] + half[3 * i + 2] * matrix[j][2]
                    put(6 * i + j, Float(sum))
                }
            }
        }
    }
}
