import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Many rows by one matrix, which is packed as panels like the weights of a convolution of 1 × 1.
struct PackedProduct: Sendable {
    private let rows: Int, depth: Int
    private let transposesB: Bool, hasBias: Bool
    private let panels: GemmPanels
    /// A tile is a piece of the rows by some panels: of few rows the panels are cut too.
    private let pieces: Pieces, panelPieces: Pieces

    /// Nil where there are several matrices, or so few rows that packing does not pay.
    init?(_ request: LoweringRequest, _ products: Products, transposesB: Bool) {
        guard products.sharesB, products.rows >= WorkSize.packedRows, products.depth > 0, products.columns > 0 else {
            return nil
        }
        (rows, depth) = (products.rows, products.depth)
        self.transposesB = transposesB
        hasBias = request.inputs.count == 3
        panels = GemmPanels(columns: products.columns, kernels: request.kernels)
        pieces = Pieces(of: rows, size: max(64, min(512, WorkSize.pixelFloats / depth / 8 * 8)))
        let parts = (WorkSize.tilesPerImage + pieces.count - 1) / pieces.count
        panelPieces = Pieces(of: panels.count, size: (panels.count + parts - 1) / parts)
    }

    var step: LoweredStep {
        let product = self
        var step = LoweredStep(
            kernel: "gemm \(panels.width)",
            phases: [
                Phase(tiles: pieces.count * panelPieces.count) { tile, memory, _ in
                    product.multiply(
                        product.pieces.range(tile / product.panelPieces.count),
                        product.panelPieces.range(tile % product.panelPieces.count), memory)
                }
            ])
        step.packing = packing
        return step
    }

    private var packing: Packing {
        let product = self
        let phase = Phase(tiles: panels.count) { panel, memory, _ in
            let b = memory.input(1, as: Float.self), (columns, depth) = (product.panels.columns, product.depth)
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + panel * product.panels.width * depth
            let steps = product.transposesB ? (k: 1, column: depth) : (k: columns, column: 1)
            product.panels.pack(panel, depth: depth, into: target) { b[$0 * steps.k + $1 * steps.column] }
        }
        return Packing(phases: [phase], inputs: [1], byteCount: panels.byteCount(depth: depth))
    }

    private func multiply(_ rows: Range<Int>, _ panels: Range<Int>, _ memory: StepMemory) {
        let packed = memory.prepared.assumingMemoryBound(to: Float.self)
        let c = memory.output(0, as: Float.self) + rows.lowerBound * self.panels.columns
        var a: UnsafePointer<Float>? = memory.input(0) + rows.lowerBound * depth
        var call = tessera_gemm()
        call.pixels = rows.count
        call.segments = 1
        call.depth = depth
        call.a_stride = depth
        call.c_stride = self.panels.columns
        call.low = -.infinity
        call.high = .infinity
        withUnsafePointer(to: &a) { a in
            call.a = a
            for panel in panels {
                let first = self.panels.columns(panel).lowerBound
                self.panels.run(
                    call, panel: panel, packed: packed + panel * self.panels.width * depth, c: c + first,
                    bias: hasBias ? memory.input(2) + first : nil)
            }
        }
    }
}
