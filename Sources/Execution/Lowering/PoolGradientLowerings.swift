import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

extension MaxPoolGradient: PoolLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        .stage(PoolGradientStage(request, pool.window).stage("max pool gradient", request, cells: nil))
    }
}

extension AveragePoolGradient: PoolLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let gradient = PoolGradientStage(request, pool.window)
        return .stage(
            gradient.stage("average pool gradient", request, cells: WindowCells(pool, gradient.geometry)))
    }
}

/// A window of dx gathers from all windows of the pool that reach it, in their order.
private struct PoolGradientStage: Sendable {
    let geometry: Geometry
    let window: Window

    init(_ request: LoweringRequest, _ window: Window) {
        self.window = window
        geometry = Geometry(input: request.outputs[0].shape, output: request.inputs[0].shape, window: window)
    }

    func stage(_ name: String, _ request: LoweringRequest, cells: WindowCells?) -> Stage {
        let gradient = self, kernels = request.kernels
        let rowLimit = max(1, min(geometry.kernelRows, geometry.height))
        return Stage(name, inputs: request.images(), output: ImageLayout(request.outputs[0])) {
            window, memory, output in
            gradient.clear(window, output)
            let dy = memory.inputs[0], x = cells == nil ? memory.inputs[1] : nil
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rowLimit) { xRows in
                withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: rowLimit) { dxRows in
                    var call = gradient.call(xRows, dxRows, window.columns, dy, x, output)
                    for y in gradient.windows(reaching: window.rows) {
                        call.row_count = 0
                        for tap in gradient.window.taps(0, at: y, in: 0..<gradient.geometry.height) {
                            let row = gradient.geometry.inputRow(y, tap)
                            xRows[call.row_count] = x?.pointer(row)
                            dxRows[call.row_count] = window.rows.contains(row) ? output.floats(row) : nil
                            call.row_count += 1
                        }
                        call.dy = UnsafePointer(dy.floats(y))
                        guard let cells else {
                            kernels.pointer.pointee.max_pool_gradient(&call)
                            continue
                        }
                        cells.rows.withUnsafeBufferPointer {
                            call.column_cells = cells.columns[y]
                            call.row_cells = $0.baseAddress
                            kernels.pointer.pointee.average_pool_gradient(&call)
                        }
                    }
                }
            }
        }
    }

    private func clear(_ window: RowWindow, _ output: Rows) {
        window.forEachRun(joining: output.joins(window)) { y, x, pixels in
            if output.pixelStride == geometry.channels {
                memset(output.pixel(y, x), 0, pixels * geometry.channels * 4)
            } else {
                for pixel in x..<x + pixels { memset(output.pixel(y, pixel), 0, geometry.channels * 4) }
            }
        }
    }

    /// The rows of windows that reach rows of dx.
    private func windows(reaching rows: Range<Int>) -> Range<Int> {
        window.gradientFootprint.rows.range(of: rows, extent: geometry.outHeight)
    }

    private func call(
        _ x: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
        _ dx: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>?>, _ columns: Range<Int>, _ dyRows: Rows,
        _ xRows: Rows?, _ dxRows: Rows
    ) -> tessera_pool_gradient {
        var call = tessera_pool_gradient()
        call.x_rows = UnsafePointer(x.baseAddress!)
        call.dx_rows = UnsafePointer(dx.baseAddress!)
        call.kernel_columns = geometry.kernelColumns
        call.stride = geometry.strideColumns
        call.dilation = geometry.dilationColumns
        call.pad = geometry.padLeft
        call.width = geometry.width
        call.pixels = geometry.outWidth
        call.channels = geometry.channels
        call.first_column = columns.lowerBound
        call.last_column = columns.upperBound
        call.x_stride = xRows?.pixelStride ?? 0
        call.dy_stride = dyRows.pixelStride
        call.dx_stride = dxRows.pixelStride
        return call
    }
}
