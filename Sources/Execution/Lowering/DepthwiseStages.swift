import CKernels
import TesseraIR
import TesseraTensors

/// Depthwise convolution, forward and both backward forms, by row kernels.
enum DepthwiseStages {
    /// Whether the row kernels serve: one filter a channel. Strides and dilations of rows and columns may differ, since
    /// rows are passed as pointers.
    static func serves(_ geometry: Geometry, groups: Int) -> Bool {
        groups > 1 && groups == geometry.channels && geometry.outChannels == geometry.channels
    }

    /// Weights [C, 1, kh, kw] as [tap][C], the taps turned around where `reversed`.
    private static func packing(_ geometry: Geometry, reversed: Bool = false) -> Packing {
        let channels = geometry.channels, taps = geometry.kernelRows * geometry.kernelColumns
        let phase = Phase(tiles: 1) { _, memory, _ in
            let weight = memory.input(1, as: Float.self),
                target = memory.prepared.assumingMemoryBound(to: Float.self)
            for tap in 0..<taps {
                let row = target + (reversed ? taps - 1 - tap : tap) * channels
                for c in 0..<channels { row[c] = weight[c * taps + tap] }
            }
        }
        return Packing(phases: [phase], inputs: [1], byteCount: taps * channels * 4 + 64)
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
        call.low = -.infinity
        call.high = .infinity
        return call
    }

    static func forward(_ geometry: Geometry, _ epilogue: Epilogue, _ request: LoweringRequest) -> Stage {
        let kernels = request.kernels, hasBias = request.inputs.count == (epilogue.addend == nil ? 3 : 4)
        var stage = Stage(
            "depthwise \(geometry.kernelText)\(epilogue.text)", inputs: request.images(whole: hasBias ? [1, 2] : [1]),
            output: ImageLayout(request.outputs[0])
        ) { window, memory, output in
            let x = memory.inputs[0], first = window.columns.lowerBound
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                var arguments = call(geometry, rows)
                arguments.weights = memory.packed()
                arguments.bias = hasBias ? memory.whole.input(2) : nil
                arguments.low = epilogue.low
                arguments.high = epilogue.high
                arguments.width = geometry.width
                arguments.pad = geometry.padLeft - first * geometry.strideColumns
                arguments.pixels = window.columns.count
                arguments.in_stride = x.pixelStride
                arguments.out_stride = output.pixelStride
                for y in window.rows {
                    for r in rows.indices { rows[r] = x.pointer(geometry.inputRow(y, r)) }
                    arguments.out = output.floats(y, first)
                    if let addend = epilogue.addend {
                        arguments.addend = UnsafePointer(memory.inputs[addend].floats(y, first))
                        arguments.addend_stride = memory.inputs[addend].pixelStride
                    }
                    kernels.pointer.pointee.depthwise(&arguments)
                }
            }
        }
        stage.packing = packing(geometry)
        stage.inPlace = epilogue.addend.map { [$0] } ?? []
        stage.work = .taps(Double(request.outputs[0].elementCount) * geometry.taps)
        return stage
    }

    /// Inputs: dy, weight. At stride 1 the transpose is a convolution with the kernel turned around.
    static func inputGradient(_ geometry: Geometry, _ request: LoweringRequest) -> Stage {
        let kernels = request.kernels, isTurned = geometry.strideRows == 1 && geometry.strideColumns == 1
        var stage = Stage(
            "depthwise \(geometry.kernelText) input gradient", inputs: request.images(whole: [1]),
            output: ImageLayout(request.outputs[0])
        ) { window, memory, output in
            let dy = memory.inputs[0], first = window.columns.lowerBound
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                var arguments = call(geometry, rows)
                arguments.weights = memory.packed()
                arguments.width = geometry.outWidth
                arguments.pixels = window.columns.count
                arguments.in_stride = dy.pixelStride
                arguments.out_stride = output.pixelStride
                arguments.pad =
                    isTurned
                    ? (geometry.kernelColumns - 1) * geometry.dilationColumns - geometry.padLeft - first
                    : geometry.padLeft + first
                for y in window.rows {
                    for r in rows.indices {
                        let place = y + geometry.padTop - r * geometry.dilationRows
                        rows[isTurned ? rows.count - 1 - r : r] =
                            place % geometry.strideRows == 0 ? dy.pointer(place / geometry.strideRows) : nil
                    }
                    arguments.out = output.floats(y, first)
                    if isTurned {
                        kernels.pointer.pointee.depthwise(&arguments)
                    } else {
                        kernels.pointer.pointee.depthwise_input_gradient(&arguments)
                    }
                }
            }
        }
        stage.packing = packing(geometry, reversed: isTurned)
        return stage
    }

    /// Inputs: x, dy.
    static func weightGradient(_ geometry: Geometry, _ request: LoweringRequest) -> Sink {
        let taps = geometry.kernelRows * geometry.kernelColumns, channels = geometry.channels,
            kernels = request.kernels
        let blocks = RowBlocks(images: geometry.images, rows: geometry.outHeight, limit: WorkSize.partialSums)
        let pieces = Pieces.joined(channels)
        let join = Phase(tiles: pieces.count) { tile, memory, _ in
            let partials = memory.shared.assumingMemoryBound(to: Float.self), dw = memory.output(0, as: Float.self)
            for tap in 0..<taps {
                for c in pieces.range(tile) {
                    var sum = 0.0
                    for block in 0..<blocks.count { sum += Double(partials[(block * taps + tap) * channels + c]) }
                    dw[c * taps + tap] = Float(sum)
                }
            }
        }
        return Sink(
            kernel: "depthwise \(geometry.kernelText) weight gradient", inputs: request.images(), summed: 1,
            blocks: blocks, partBytes: taps * channels * 4,
            add: { window, _, memory, sums in
                let (x, dy) = (memory.inputs[0], memory.inputs[1])
                withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: geometry.kernelRows) { rows in
                    var arguments = call(geometry, rows)
                    arguments.width = geometry.width
                    arguments.pixels = geometry.outWidth
                    arguments.in_stride = x.pixelStride
                    arguments.dy_stride = dy.pixelStride
                    arguments.out = sums.assumingMemoryBound(to: Float.self)
                    for y in window.rows {
                        for r in rows.indices { rows[r] = x.pointer(geometry.inputRow(y, r)) }
                        arguments.dy = UnsafePointer(dy.floats(y))
                        kernels.pointer.pointee.depthwise_weight_gradient(&arguments)
                    }
                }
            }, join: join)
    }
}
