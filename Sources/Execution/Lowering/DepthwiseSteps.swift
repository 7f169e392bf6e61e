import CKernels
import TesseraIR
import TesseraTensors

/// Depthwise convolution, forward and both backward forms, by row kernels.
enum DepthwiseSteps {
    /// Weights [C, 1, kh, kw] as [tap][C].
    private static func pack(_ geometry: Geometry, weightInput: Int, into step: inout LoweredStep) {
        let channels = geometry.channels, taps = geometry.kernelRows * geometry.kernelColumns
        step.preparation = [
            Phase(tiles: 1) { _, memory, _ in
                let weight = memory.input(weightInput, as: Float.self),
                    target = memory.prepared.assumingMemoryBound(to: Float.self)
                for tap in 0..<taps { for c in 0..<channels { target[tap * channels + c] = weight[c * taps + tap] } }
            }
        ]
        step.preparedInputs = [weightInput]
        step.preparedBytes = taps * channels * 4 + 64
    }

    private static func call(_ geometry: Geometry, _ rows: UnsafeMutableBufferPointer<UnsafePointer<Float>?>)
        -> tessera_depthwise
    {
        var call = tessera_depthwise()
        call.rows = UnsafePointer(rows.baseAddress!)
        call.kernel_rows = geometry.kernelRows
        call.kernel_columns = geometry.kernelColumns
        call.stride = geometry.strideColumns
        call.dilation = geometry.dilationColumns
        call.pad = geometry.padLeft
        call.channels = geometry.channels
        call.in_stride = geometry.channels
        call.out_stride = geometry.channels
        call.dy_stride = geometry.channels
        call.low = -.infinity
        call.high = .infinity
        return call
    }

    static func forward(_ geometry: Geometry, hasBias: Bool, _ kernels: KernelTable) -> LoweredStep {
        let tiles = RowTiles(
            images: geometry.images, rows: geometry.outHeight, floatsPerRow: geometry.outWidth * geometry.channels)
        let inputRow = geometry.width * geometry.channels, outputRow = geometry.outWidth * geometry.channels
        let phase = Phase(tiles: tiles.count) { tile, memory, _ in
            let (image, range) = tiles.tile(tile)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                var arguments = call(geometry, rows)
                arguments.weights = UnsafePointer(memory.prepared.assumingMemoryBound(to: Float.self))
                arguments.bias = hasBias ? memory.input(2) : nil
                arguments.width = geometry.width
                arguments.pixels = geometry.outWidth
                for y in range {
                    for r in rows.indices {
                        rows[r] = geometry.inputRow(y, r).map {
                            memory.input(0) + (image * geometry.height + $0) * inputRow
                        }
                    }
                    arguments.out = memory.output(0) + (image * geometry.outHeight + y) * outputRow
                    kernels.pointer.pointee.depthwise(&arguments)
                }
            }
        }
        var step = LoweredStep(kernel: "depthwise \(geometry.kernelRows)x\(geometry.kernelColumns)", phases: [phase])
        pack(geometry, weightInput: 1, into: &step)
        return step
    }

    /// Inputs: dy, weight.
    static func inputGradient(_ geometry: Geometry, _ kernels: KernelTable) -> LoweredStep {
        let tiles = RowTiles(
            images: geometry.images, rows: geometry.height, floatsPerRow: geometry.width * geometry.channels)
        let inputRow = geometry.width * geometry.channels, outputRow = geometry.outWidth * geometry.channels
        let isFlipped = geometry.strideRows == 1 && geometry.strideColumns == 1
        let phase = Phase(tiles: tiles.count) { tile, memory, _ in
            let (image, range) = tiles.tile(tile)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                var arguments = call(geometry, rows)
                arguments.weights = UnsafePointer(memory.prepared.assumingMemoryBound(to: Float.self))
                arguments.width = geometry.outWidth
                arguments.pixels = geometry.width
                // At stride 1 the transpose is a convolution with the kernel turned around.
                if isFlipped {
                    arguments.pad = (geometry.kernelColumns - 1) * geometry.dilationColumns - geometry.padLeft
                }
                for y in range {
                    for r in rows.indices {
                        let place = y + geometry.padTop - r * geometry.dilationRows
                        let isReached =
                            place >= 0 && place % geometry.strideRows == 0
                            && place / geometry.strideRows < geometry.outHeight
                        let row =
                            isReached
                            ? memory.input(0, as: Float.self)
                                + (image * geometry.outHeight + place / geometry.strideRows) * outputRow : nil
                        rows[isFlipped ? rows.count - 1 - r : r] = row
                    }
                    arguments.out = memory.output(0) + (image * geometry.height + y) * inputRow
                    if isFlipped {
                        kernels.pointer.pointee.depthwise(&arguments)
                    } else {
                        kernels.pointer.pointee.depthwise_input_gradient(&arguments)
                    }
                }
            }
        }
        var step = LoweredStep(
            kernel: "depthwise \(geometry.kernelRows)x\(geometry.kernelColumns) input gradient", phases: [phase])
        pack(geometry, weightInput: 1, into: &step)
        if isFlipped {
            let channels = geometry.channels, taps = geometry.kernelRows * geometry.kernelColumns
            step.preparation = [
                Phase(tiles: 1) { _, memory, _ in
                    let weight = memory.input(1, as: Float.self),
                        target = memory.prepared.assumingMemoryBound(to: Float.self)
                    for tap in 0..<taps {
                        for c in 0..<channels { target[(taps - 1 - tap) * channels + c] = weight[c * taps + tap] }
                    }
                }
            ]
        }
        return step
    }

    /// Inputs: x, dy. Sums over fixed blocks of rows, added in order.
    static func weightGradient(_ geometry: Geometry, _ kernels: KernelTable) -> LoweredStep {
        let taps = geometry.kernelRows * geometry.kernelColumns, channels = geometry.channels
        let blocks = RowBlocks(images: geometry.images, rows: geometry.outHeight, limit: 16)
        let inputRow = geometry.width * channels, outputRow = geometry.outWidth * channels
        let sums = Phase(tiles: blocks.count) { tile, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Float.self) + tile * taps * channels
            partial.update(repeating: 0, count: taps * channels)
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                var arguments = call(geometry, rows)
                arguments.width = geometry.width
                arguments.pixels = geometry.outWidth
                arguments.out = partial
                let (images, range) = blocks.block(tile)
                for image in images {
                    for y in range {
                        for r in rows.indices {
                            rows[r] = geometry.inputRow(y, r).map {
                                memory.input(0) + (image * geometry.height + $0) * inputRow
                            }
                        }
                        arguments.dy = memory.input(1) + (image * geometry.outHeight + y) * outputRow
                        kernels.pointer.pointee.depthwise_weight_gradient(&arguments)
                    }
                }
            }
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partials = memory.shared.assumingMemoryBound(to: Float.self), dw = memory.output(0, as: Float.self)
            for tap in 0..<taps {
                for c in 0..<channels {
                    var sum = 0.0
                    for block in 0..<blocks.count { sum += Double(partials[(block * taps + tap) * channels + c]) }
                    dw[c * taps + tap] = Float(sum)
                }
            }
        }
        var step = LoweredStep(
            kernel: "depthwise \(geometry.kernelRows)x\(geometry.kernelColumns) weight gradient", phases: [sums, join])
        step.sharedBytes = blocks.count * taps * channels * 4 + 64
        return step
    }

    /// Whether the row kernels serve: one filter a channel, equal strides and dilations of rows and columns are not
    /// needed, since rows are passed as pointers.
    static func serves(_ geometry: Geometry, groups: Int) -> Bool {
        groups > 1 && groups == geometry.channels && geometry.outChannels == geometry.channels
    }
}
