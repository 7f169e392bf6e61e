import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// The cells that count in the windows of an average: in a column for every output row, in a row for every output
/// column.
struct WindowCells: Sendable {
    let columns: [Float], rows: [Float]

    init(_ pool: AveragePool, _ geometry: Geometry) {
        columns = pool.cells(0, input: geometry.height, output: geometry.outHeight).map { Float($0) }
        rows = pool.cells(1, input: geometry.width, output: geometry.outWidth).map { Float($0) }
    }
}

/// What the pools share: float32 images, channels last.
protocol PoolLowerable: Lowerable {}

extension PoolLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) && inputs[0].rank == 4 ? .images(inputs, outputs) : nil
    }
}

extension MaxPool: PoolLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        .stage(PoolStage(request, window).stage("max pool", request, cells: nil))
    }
}

extension AveragePool: PoolLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let pool = PoolStage(request, window)
        return .stage(pool.stage("average pool", request, cells: WindowCells(self, pool.geometry)))
    }
}

private struct PoolStage: Sendable {
    let geometry: Geometry
    let window: Window

    init(_ request: LoweringRequest, _ window: Window) {
        self.window = window
        geometry = Geometry(input: request.inputs[0].shape, output: request.outputs[0].shape, window: window)
    }

    func stage(_ name: String, _ request: LoweringRequest, cells: WindowCells?) -> Stage {
        let pool = self, kernels = request.kernels
        var stage = Stage(
            "\(name) \(geometry.kernelText)", inputs: request.images(), output: ImageLayout(request.outputs[0])
        ) { window, memory, output in
            let x = memory.inputs[0], first = window.columns.lowerBound
            let rowLimit = max(1, min(pool.geometry.kernelRows, pool.geometry.height))
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rowLimit) { rows in
                var call = pool.call(rows, window.columns, x, output)
                for y in window.rows {
                    call.row_count = 0
                    for tap in pool.window.taps(0, at: y, in: 0..<pool.geometry.height) {
                        rows[call.row_count] = x.pointer(pool.geometry.inputRow(y, tap))
                        call.row_count += 1
                    }
                    call.out = output.floats(y, first)
                    guard let cells else {
                        kernels.pointer.pointee.max_pool(&call)
                        continue
                    }
                    cells.rows.withUnsafeBufferPointer {
                        call.column_cells = cells.columns[y]
                        call.row_cells = $0.baseAddress! + first
                        kernels.pointer.pointee.average_pool(&call)
                    }
                }
            }
        }
        stage.work = .taps(Double(request.outputs[0].elementCount) * geometry.taps)
        return stage
    }

    private func call(
        _ rows: UnsafeMutableBufferPointer<UnsafePointer<Float>?>, _ columns: Range<Int>, _ x: Rows, _ output: Rows
    ) -> tessera_pool {
        var call = tessera_pool()
        call.rows = UnsafePointer(rows.baseAddress!)
        call.kernel_columns = geometry.kernelColumns
        call.stride = geometry.strideColumns
        call.dilation = geometry.dilationColumns
        call.pad = geometry.padLeft - columns.lowerBound * geometry.strideColumns
        call.width = geometry.width
        call.pixels = columns.count
        call.channels = geometry.channels
        call.in_stride = x.pixelStride
        call.out_stride = output.pixelStride
        return call
    }
}
