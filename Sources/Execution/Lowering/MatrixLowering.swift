import COpenBLAS
import TesseraIR
import TesseraOps
import TesseraTensors

/// OpenBLAS chooses its kernels by the processor (and OPENBLAS_CORETYPE); matrix products on another core differ in the
/// last bits.
public enum MatrixLibrary {
    public static var core: String { String(cString: openblas_get_corename()) }
}

/// Matrix products: rows by one matrix as convolutions compute them, others by OpenBLAS, one thread, called with shapes
/// that depend on the graph only.
protocol MatrixLowerable: Lowerable {
    var transposes: (a: Bool, b: Bool) { get }
}

extension MatrixMultiply: MatrixLowerable { var transposes: (a: Bool, b: Bool) { (transposesA, transposesB) } }
extension MatrixMultiplyAdd: MatrixLowerable { var transposes: (a: Bool, b: Bool) { product.transposes } }
extension Linear: MatrixLowerable { var transposes: (a: Bool, b: Bool) { (false, true) } }

/// OpenBLAS keeps to the calling thread: our workers share the work, and sums do not depend on their number.
private let useOneThread: Void = openblas_set_num_threads(1)

extension MatrixLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        // The library counts in 32 bits.
        guard areFloat32(inputs + outputs),
            (inputs + outputs).allSatisfy({ $0.shape!.suffix(2).allSatisfy { $0 <= Int(Int32.max) } })
        else { return nil }
        return .dense(inputs, outputs)
    }

    func lower(_ request: LoweringRequest) -> Lowering {
        if let packed = PackedProduct(request, transposes) { return .step(packed.step) }
        _ = useOneThread
        return .step(LoweredStep(kernel: "sgemm", phases: [Products(request, transposes).phase]))
    }
}

/// A batch of products by OpenBLAS, each cut into pieces of its rows.
private struct Products: Sendable {
    private let transposesA: Bool, transposesB: Bool
    private let rows: Int, columns: Int, depth: Int
    private let batch: [Int], strides: [[Int]]
    private let pieces: Pieces

    init(_ request: LoweringRequest, _ transposes: (a: Bool, b: Bool)) {
        (transposesA, transposesB) = transposes
        let output = request.outputs[0].shape, a = request.inputs[0].shape, b = request.inputs[1].shape
        let batch = Array(output.dropLast(2))
        strides = [a, b].map { Broadcast.strides(of: $0.dropLast(2), to: batch) }
        self.batch = batch
        rows = output[output.count - 2]
        columns = output[output.count - 1]
        depth = a[a.count - (transposes.a ? 2 : 1)]
        pieces = Pieces(of: rows, size: max(WorkSize.productRows, WorkSize.tileFloats / max(columns, depth, 1)))
    }

    var phase: Phase {
        let products = self
        return Phase(tiles: batch.reduce(1, *) * pieces.count) { tile, memory, _ in
            products.multiply(tile / products.pieces.count, products.pieces.range(tile % products.pieces.count), memory)
        }
    }

    private func multiply(_ index: Int, _ range: Range<Int>, _ memory: StepMemory) {
        var rest = index, offsets = [0, 0]
        for axis in batch.indices.reversed() {
            for operand in 0..<2 { offsets[operand] += rest % batch[axis] * strides[operand][axis] }
            rest /= batch[axis]
        }
        guard !range.isEmpty, columns > 0 else { return }
        let first = range.lowerBound, count = range.count
        let y = memory.output(0, as: Float.self) + (index * rows + first) * columns
        guard depth > 0 else { return y.update(repeating: 0, count: count * columns) }
        cblas_sgemm(
            CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans, transposesB ? CblasTrans : CblasNoTrans,
            Int32(count), Int32(columns), Int32(depth), 1,
            memory.input(0) + offsets[0] * rows * depth + first * (transposesA ? 1 : depth),
            Int32(transposesA ? rows : depth),
            memory.input(1) + offsets[1] * depth * columns, Int32(transposesB ? depth : columns), 0, y, Int32(columns)
        )
    }
}
