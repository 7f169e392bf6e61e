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

/// The backward forms, tiled over (image, block of channels): windows may overlap, so a tile owns whole planes.
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
        let blocks = Pieces(of: geometry.channels, size: 16)
        let phase = Phase(tiles: geometry.images * blocks.count) { tile, memory, _ in
            let image = tile / blocks.count, range = blocks.range(tile % blocks.count)
            let channels = geometry.channels, plane = geometry.height * geometry.width
            let dx = memory.output(0, as: Float.self) + image * plane * channels + range.lowerBound
            for pixel in 0..<plane { memset(dx + pixel * channels, 0, range.count * 4) }
            var call = tessera_pool_gradient()
            call.dy = memory.input(0) + image * geometry.outHeight * geometry.outWidth * channels + range.lowerBound
            call.dx = dx
            call.height = geometry.height
            call.width = geometry.width
            call.out_height = geometry.outHeight
            call.out_width = geometry.outWidth
            call.channels = range.count
            call.pixel_stride = channels
            call.kernel_rows = geometry.kernelRows
            call.kernel_columns = geometry.kernelColumns
            call.stride_rows = geometry.strideRows
            call.stride_columns = geometry.strideColumns
            call.pad_top = geometry.padTop
            call.pad_left = geometry.padLeft
            call.dilation_rows = geometry.dilationRows
            call.dilation_columns = geometry.dilationColumns
            guard let cells else {
                call.x = memory.input(1) + image * plane * channels + range.lowerBound
                return kernels.pointer.pointee.max_pool_gradient(&call)
            }
            cells.columns.withUnsafeBufferPointer { columns in
                cells.rows.withUnsafeBufferPointer { rows in
                    call.column_cells = columns.baseAddress
                    call.row_cells = rows.baseAddress
                    kernels.pointer.pointee.average_pool_gradient(&call)
                }
            }
        }
        return LoweredStep(kernel: "\(average == nil ? "max" : "average") pool gradient", phases: [phase])
    }
}
