import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Moments of blocks, joined by Chan's formula in Double.
extension ChannelMoments: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let x = ImageLayout(pixels: request.inputs[0]), channels = x.channels, kernels = request.kernels
        let blocks = RowBlocks(images: x.images, rows: x.height, floatsPerRow: x.floatsPerRow)
        // The sums of a block: mean and sum of squared deviations of each channel.
        let pieces = Pieces.joined(channels)
        let join = Phase(tiles: pieces.count) { tile, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self)
            for c in pieces.range(tile) {
                var total = 0.0, average = 0.0, squares = 0.0
                for block in 0..<blocks.count {
                    let n = Double(blocks.block(block).rows.count * x.width)
                    let delta = partial[2 * block * channels + c] - average, sum = total + n
                    average += delta * n / sum
                    squares += partial[(2 * block + 1) * channels + c] + delta * delta * total * n / sum
                    total = sum
                }
                memory.output(0, as: Float.self)[c] = Float(average)
                memory.output(1, as: Float.self)[c] = Float(squares / total)
            }
        }
        return .sink(
            Sink(
                kernel: "channel moments", inputs: [x], summed: 0, blocks: blocks, partBytes: 16 * channels,
                add: { window, _, memory, sums in
                    let rows = memory.inputs[0], mean = sums.assumingMemoryBound(to: Double.self)
                    kernels.pointer.pointee.moments(
                        rows.floats(window.rows.lowerBound), rows.pixelStride, window.rows.count * x.width, channels,
                        mean, mean + channels)
                }, join: join))
    }
}

extension BatchNormalizationGradientSums: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        .sink(gradientSums("norm gradient sums", request, epsilon: epsilon, statistics: 2))
    }
}

extension NormReluGradientSums: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        var sink = gradientSums("norm relu gradient sums", request, epsilon: epsilon, statistics: 4)
        let channels = request.inputs[2].elementCount
        sink.packing = Packing(
            phases: [NormCoefficients.phase(channels, epsilon: epsilon, inputs: 2...5)], inputs: Array(2...5),
            byteCount: 8 * channels + 64)
        return .sink(sink)
    }
}

extension NormLowerable {
    /// Sums of g and g · (x − mean) over blocks, where g is dy, or with statistics behind scale and bias what the ReLU
    /// lets through of it.
    fileprivate func gradientSums(
        _ name: String, _ request: LoweringRequest, epsilon: Double, statistics: Int
    ) -> Sink {
        let x = ImageLayout(pixels: request.inputs[1]), channels = x.channels, kernels = request.kernels
        let blocks = RowBlocks(images: x.images, rows: x.height, floatsPerRow: x.floatsPerRow)
        let masks = statistics == 4
        let pieces = Pieces.joined(channels)
        let join = Phase(tiles: pieces.count) { tile, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self),
                variance = memory.input(statistics + 1, as: Float.self)
            for c in pieces.range(tile) {
                var sum = 0.0, moment = 0.0
                for block in 0..<blocks.count {
                    sum += partial[2 * block * channels + c]
                    moment += partial[(2 * block + 1) * channels + c]
                }
                memory.output(0, as: Float.self)[c] = Float(moment / (Double(variance[c]) + epsilon).squareRoot())
                memory.output(1, as: Float.self)[c] = Float(sum)
            }
        }
        return Sink(
            kernel: name, inputs: images(request, count: 2), summed: 1, blocks: blocks, partBytes: 16 * channels,
            add: { window, _, memory, sums in
                let (dy, x) = (memory.inputs[0], memory.inputs[1]), row = window.rows.lowerBound
                let mean = memory.whole.input(statistics, as: Float.self),
                    sum = sums.assumingMemoryBound(to: Double.self)
                // Without a mask its scale and shift are read, not used.
                let scale = masks ? memory.packed() : mean, shift = masks ? scale + channels : mean
                kernels.pointer.pointee.norm_gradient_sums(
                    dy.floats(row), dy.pixelStride, x.floats(row), x.pixelStride, mean, scale, shift, masks,
                    window.rows.count * x.width, channels, sum, sum + channels)
            }, join: join)
    }
}
