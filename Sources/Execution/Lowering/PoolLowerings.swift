import CKernels
import Foundation
import TesseraIR
import TesseraOps
import TesseraTensors

/// The cells that count in the windows of an average: in a column for every output row, in a row for every output
/// column.
private struct WindowCells {
    let columns: [Float], rows: [Float]

    init(_ pool: AveragePool, _ geometry: Geometry) {
        columns = pool.cells(0, input: geometry.height, output: geometry.outHeight).map { Float($0) }
        rows = pool.cells(1, input: geometry.width, output: geometry.outWidth).map { Float($0) }
    }
}

/// Maximum and average pooling of channels-last images, tiled over (image, output rows).
struct PoolLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && inputs[0].rank == 4 ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let average = request.node.op as? AveragePool
        let window = average?.window ?? (request.node.op as! MaxPool).window
        let geometry = Geometry(input: request.inputs[0].shape, output: request.outputs[0].shape, window: window)
        let cells = average.map { WindowCells($0, geometry) }
        let kernels = request.kernels
        let tiles = RowTiles(
            images: geometry.images, rows: geometry.outHeight, floatsPerRow: geometry.outWidth * geometry.channels)
        let phase = Phase(tiles: tiles.count) { tile, memory, _ in
            let (image, range) = tiles.tile(tile)
            let rowLimit = max(1, min(geometry.kernelRows, geometry.height))
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rowLimit) { rows in
                var call = tessera_pool()
                call.rows = UnsafePointer(rows.baseAddress!)
                call.kernel_columns = geometry.kernelColumns
                call.stride = geometry.strideColumns
                call.dilation = geometry.dilationColumns
                call.pad = geometry.padLeft
                call.width = geometry.width
                call.pixels = geometry.outWidth
                call.channels = geometry.channels
                call.in_stride = geometry.channels
                call.out_stride = geometry.channels
                for y in range {
                    let taps = window.taps(0, at: y, in: 0..<geometry.height)
                    for (index, tap) in taps.enumerated() {
                        let row = y * geometry.strideRows - geometry.padTop + tap * geometry.dilationRows
                        rows[index] =
                            memory.input(0) + (image * geometry.height + row) * geometry.width * geometry.channels
                    }
                    call.row_count = taps.count
                    call.out =
                        memory.output(0) + (image * geometry.outHeight + y) * geometry.outWidth * geometry.channels
                    guard let cells else {
                        kernels.pointer.pointee.max_pool(&call)
                        continue
                    }
                    cells.rows.withUnsafeBufferPointer {
                        call.column_cells = cells.columns[y]
                        call.row_cells = $0.baseAddress
                        kernels.pointer.pointee.average_pool(&call)
                    }
                }
            }
        }
        return LoweredStep(
            kernel: "\(average == nil ? "max" : "average") pool \(geometry.kernelRows)x\(geometry.kernelColumns)",
            phases: [phase])
    }
}

/// The backward forms, tiled over (image, rows of dx): every tile gathers from all windows that reach its rows.
struct PoolGradientLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && inputs[0].rank == 4 ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let average = (request.node.op as? AveragePoolGradient)?.pool
        let window = average?.window ?? (request.node.op as! MaxPoolGradient).pool.window
        let geometry = Geometry(input: request.outputs[0].shape, output: request.inputs[0].shape, window: window)
        let cells = average.map { WindowCells($0, geometry) }
        let kernels = request.kernels
        let inputRow = geometry.width * geometry.channels, outputRow = geometry.outWidth * geometry.channels
        let tiles = RowTiles(images: geometry.images, rows: geometry.height, floatsPerRow: inputRow)
        let rowLimit = max(1, min(geometry.kernelRows, geometry.height))
        let phase = Phase(tiles: tiles.count) { tile, memory, _ in
            let (image, range) = tiles.tile(tile)
            let dx = memory.output(0, as: Float.self) + image * geometry.height * inputRow
            (dx + range.lowerBound * inputRow).update(repeating: 0, count: range.count * inputRow)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rowLimit) { x in
                withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: rowLimit) { rows in
                    var call = Self.call(geometry, x, rows)
                    for y in Self.windows(geometry, reaching: range) {
                        call.row_count = 0
                        for tap in window.taps(0, at: y, in: 0..<geometry.height) {
                            let row = y * geometry.strideRows - geometry.padTop + tap * geometry.dilationRows
                            if cells == nil {
                                x[call.row_count] = memory.input(1) + (image * geometry.height + row) * inputRow
                            }
                            rows[call.row_count] = range.contains(row) ? dx + row * inputRow : nil
                            call.row_count += 1
                        }
                        call.dy = memory.input(0) + (image * geometry.outHeight + y) * outputRow
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
        return LoweredStep(kernel: "\(average == nil ? "max" : "average") pool gradient", phases: [phase])
    }

    private static func call(
        _ geometry: Geometry, _ x: UnsafeMutableBufferPointer<UnsafePointer<Float>?>,
        _ dx: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>?>
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
        call.x_stride = geometry.channels
        call.dy_stride = geometry.channels
        call.dx_stride = geometry.channels
        return call
    }

    /// The rows of windows that read any of these rows of the input.
    private static func windows(_ geometry: Geometry, reaching rows: Range<Int>) -> Range<Int> {
        let stride = geometry.strideRows, last = (rows.upperBound - 1 + geometry.padTop) / stride
        let least = rows.lowerBound + geometry.padTop - (geometry.kernelRows - 1) * geometry.dilationRows
        let first = least <= 0 ? 0 : (least + stride - 1) / stride, end = min(last + 1, geometry.outHeight)
        return min(first, end)..<end
    }
}
