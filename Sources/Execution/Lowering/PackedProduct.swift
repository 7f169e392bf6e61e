import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Rows by one matrix, which is packed as panels like the weights of a convolution of 1 × 1, with a bias or without.
struct PackedProduct: Sendable {
    private let depth: Int
    private let transposesB: Bool, hasBias: Bool
    private let panels: GemmPanels
    /// A tile is a piece of the rows by some panels: of few rows the panels are cut too.
    private let pieces: Pieces, panelPieces: Pieces

    /// Nil where there are several matrices, or a lies transposed. Without depth there is nothing but the bias.
    init?(_ request: LoweringRequest, _ transposes: (a: Bool, b: Bool)) {
        let a = request.inputs[0].shape, b = request.inputs[1].shape, columns = request.outputs[0].shape.last!
        guard !transposes.a, b.dropLast(2).allSatisfy({ $0 == 1 }), columns > 0 else { return nil }
        depth = a.last!
        transposesB = transposes.b
        hasBias = request.inputs.count == 3
        panels = GemmPanels(columns: columns, kernels: request.kernels)
        let size = max(64, min(512, WorkSize.pixelFloats / max(depth, 1) / 8 * 8))
        pieces = Pieces(of: request.outputs[0].elementCount / columns, size: size)
        let parts = max(1, WorkSize.productParts / max(pieces.count, 1))
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
