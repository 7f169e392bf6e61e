import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Blocks of pixels of a channels-last value: sums over pixels are taken block by block and joined in order.
struct PixelBlocks: Sendable {
    let channels: Int
    let pixels: Pieces

    /// For a logical shape [N, C, …]; blocks of about 256 KB, so that a second look finds them in the cache.
    init(_ shape: [Int]) {
        channels = shape[1]
        pixels = Pieces(of: shape.reduce(1, *) / max(shape[1], 1), size: max(16, 65_536 / max(shape[1], 1)))
    }
}

/// The norms' scale and shift: y = x · scale + shift, formed in Double.
enum NormCoefficients {
    static func set(
        _ memory: UnsafeMutablePointer<Float>, channels: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        mean: UnsafePointer<Float>,
        variance: UnsafePointer<Float>, epsilon: Double
    ) {
        for c in 0..<channels {
            let scale = Double(weight[c]) / (Double(variance[c]) + epsilon).squareRoot()
            memory[c] = Float(scale)
            memory[channels + c] = Float(Double(bias[c]) - Double(mean[c]) * scale)
        }
    }
}

/// Norm by stored statistics, alone or with ReLU: one sweep.
struct NormLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let hasRelu = request.node.op is NormRelu
        let epsilon = (request.node.op as? NormRelu)?.epsilon ?? (request.node.op as! BatchNormalization).epsilon
        let blocks = PixelBlocks(request.inputs[0].shape), channels = blocks.channels, kernels = request.kernels
        let coefficients = Phase(tiles: 1) { _, memory, _ in
            NormCoefficients.set(
                memory.prepared.assumingMemoryBound(to: Float.self), channels: channels, weight: memory.input(1),
                bias: memory.input(2), mean: memory.input(3),
                variance: memory.input(4), epsilon: epsilon
            )
        }
        let sweep = Phase(tiles: blocks.pixels.count) { tile, memory, _ in
            let range = blocks.pixels.range(tile), scale = memory.prepared.assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.scale_shift(
                memory.input(0) + range.lowerBound * channels, channels, scale, scale + channels,
                hasRelu ? 0 : -.infinity, .infinity,
                memory.output(0) + range.lowerBound * channels, channels, range.count, channels
            )
        }
        var step = LoweredStep(kernel: hasRelu ? "norm relu" : "norm", phases: [sweep])
        step.preparation = [coefficients]
        step.preparedInputs = [1, 2, 3, 4]
        step.preparedBytes = 2 * channels * 4 + 64
        step.inPlace = [(0, 0)]
        return step
    }
}

/// Norm by batch statistics, alone or with ReLU: block moments, joined by Chan's formula in Double, then the sweep.
struct NormTrainingLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let hasRelu = request.node.op is NormReluTraining
        let epsilon =
            (request.node.op as? NormReluTraining)?.epsilon ?? (request.node.op as! BatchNormalizationTraining).epsilon
        let blocks = PixelBlocks(request.inputs[0].shape), channels = blocks.channels, kernels = request.kernels
        let count = blocks.pixels.count
        // Shared memory: [block][mean, m2][channel] as Double, then scale and shift as Float.
        let moments = Phase(tiles: count) { tile, memory, _ in
            let range = blocks.pixels.range(tile),
                target = memory.shared.assumingMemoryBound(to: Double.self) + 2 * tile * channels
            kernels.pointer.pointee.moments(
                memory.input(0) + range.lowerBound * channels, channels, range.count, channels, target,
                target + channels)
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self)
            let mean = memory.output(1, as: Float.self), variance = memory.output(2, as: Float.self)
            for c in 0..<channels {
                var total = 0.0, average = 0.0, squares = 0.0
                for block in 0..<count {
                    let n = Double(blocks.pixels.range(block).count)
                    let delta = partial[2 * block * channels + c] - average, sum = total + n
                    average += delta * n / sum
                    squares += partial[(2 * block + 1) * channels + c] + delta * delta * total * n / sum
                    total = sum
                }
                mean[c] = Float(average)
                variance[c] = Float(squares / total)
            }
            let coefficients = (memory.shared + 16 * count * channels).assumingMemoryBound(to: Float.self)
            NormCoefficients.set(
                coefficients, channels: channels, weight: memory.input(1), bias: memory.input(2),
                mean: UnsafePointer(mean), variance: UnsafePointer(variance), epsilon: epsilon
            )
        }
        let sweep = Phase(tiles: count) { tile, memory, _ in
            let range = blocks.pixels.range(tile),
                scale = (memory.shared + 16 * count * channels).assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.scale_shift(
                memory.input(0) + range.lowerBound * channels, channels, scale, scale + channels,
                hasRelu ? 0 : -.infinity, .infinity,
                memory.output(0) + range.lowerBound * channels, channels, range.count, channels
            )
        }
        var step = LoweredStep(kernel: hasRelu ? "batch norm relu" : "batch norm", phases: [moments, join, sweep])
        step.sharedBytes = 16 * count * channels + 8 * channels + 64
        return step
    }
}

/// The backward form of all of them: block sums of dy and dy · (x − mean), joined in order, then one sweep for dx.
struct NormGradientLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let fused = request.node.op as? NormReluGradient, plain = request.node.op as? BatchNormalizationGradient
        let epsilon = fused?.epsilon ?? plain!.epsilon,
            usesBatch = fused?.usesBatchStatistics ?? plain!.usesBatchStatistics
        let masks = fused != nil, statistics = masks ? 4 : 3
        let blocks = PixelBlocks(request.inputs[1].shape), channels = blocks.channels, kernels = request.kernels
        let count = blocks.pixels.count, coefficientsAt = 16 * count * channels
        // Shared memory: [block][sum g, sum g·(x − mean)][channel] as Double, then scale, shift, a, b, c as Float.
        let coefficients = Phase(tiles: 1) { _, memory, _ in
            let target = (memory.shared + coefficientsAt).assumingMemoryBound(to: Float.self)
            guard masks else { return target.update(repeating: 0, count: 2 * channels) }
            NormCoefficients.set(
                target, channels: channels, weight: memory.input(2), bias: memory.input(3),
                mean: memory.input(statistics), variance: memory.input(statistics + 1), epsilon: epsilon
            )
        }
        let sums = Phase(tiles: count) { tile, memory, _ in
            let range = blocks.pixels.range(tile), offset = range.lowerBound * channels
            let target = memory.shared.assumingMemoryBound(to: Double.self) + 2 * tile * channels
            target.update(repeating: 0, count: 2 * channels)
            let scale = (memory.shared + coefficientsAt).assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.norm_gradient_sums(
                memory.input(0) + offset, channels, memory.input(1) + offset, channels, memory.input(statistics), scale,
                scale + channels, masks, range.count, channels, target, target + channels
            )
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self), values = Double(blocks.pixels.total)
            let target = (memory.shared + coefficientsAt).assumingMemoryBound(to: Float.self)
            let weight = memory.input(2, as: Float.self), mean = memory.input(statistics, as: Float.self),
                variance = memory.input(statistics + 1, as: Float.self)
            for c in 0..<channels {
                var sum = 0.0, moment = 0.0
                for block in 0..<count {
                    sum += partial[2 * block * channels + c]
                    moment += partial[(2 * block + 1) * channels + c]
                }
                let inverse = 1 / (Double(variance[c]) + epsilon).squareRoot(), slope = Double(weight[c]) * inverse
                memory.output(1, as: Float.self)[c] = Float(moment * inverse)
                memory.output(2, as: Float.self)[c] = Float(sum)
                // dx = slope · (g − sum/P − (x − mean) · inverse² · moment/P), as a · g + b · x + c.
                let b = usesBatch ? -slope * inverse * inverse * moment / values : 0
                target[2 * channels + c] = Float(slope)
                target[3 * channels + c] = Float(b)
                target[4 * channels + c] = usesBatch ? Float(-slope * sum / values - b * Double(mean[c])) : 0
            }
        }
        let sweep = Phase(tiles: count) { tile, memory, _ in
            let range = blocks.pixels.range(tile), offset = range.lowerBound * channels
            let scale = (memory.shared + coefficientsAt).assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.norm_gradient(
                memory.input(0) + offset, channels, memory.input(1) + offset, channels, scale, scale + channels, masks,
                scale + 2 * channels, scale + 3 * channels, scale + 4 * channels,
                memory.output(0) + offset, channels, range.count, channels
            )
        }
        var step = LoweredStep(
            kernel: masks ? "norm relu gradient" : "norm gradient", phases: [coefficients, sums, join, sweep])
        step.sharedBytes = coefficientsAt + 20 * channels + 64
        step.inPlace = [(0, 0)]
        return step
    }
}
