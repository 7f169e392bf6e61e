import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// Blocks of rows of one image of a channels-last value: sums over pixels are taken block by block and joined in order.
struct PixelBlocks: Sendable {
    let channels: Int
    let images: Int
    private let width: Int
    private let rows: Pieces

    /// For a logical shape [N, C, H, W]; [N, C] is one image of N rows. Blocks of about 256 KB, so that a second look
    /// finds them in the cache.
    init(_ shape: [Int]) {
        channels = shape[1]
        let image = shape.count == 2 ? [1, shape[0], 1] : [shape[0], shape[2], shape[3]]
        (images, width) = (image[0], image[2])
        rows = Pieces(of: image[1], size: 65_536 / max(channels * width, 1))
    }

    var count: Int { images * rows.count }
    var blocksPerImage: Int { rows.count }
    var pixelCount: Int { images * rows.total * width }

    /// The pixels of a block, of all pixels of the batch.
    func range(_ block: Int) -> Range<Int> {
        let (image, index) = block.quotientAndRemainder(dividingBy: rows.count), range = rows.range(index)
        let first = image * rows.total
        return (first + range.lowerBound) * width..<(first + range.upperBound) * width
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

    /// Sets them in the prepared memory, from the inputs that are scale, bias, mean and variance; zeros without any.
    static func phase(_ channels: Int, epsilon: Double, inputs: [Int]?) -> Phase {
        Phase(tiles: 1) { _, memory, _ in
            let target = memory.prepared.assumingMemoryBound(to: Float.self)
            guard let inputs else { return target.update(repeating: 0, count: 2 * channels) }
            set(
                target, channels: channels, weight: memory.input(inputs[0]), bias: memory.input(inputs[1]),
                mean: memory.input(inputs[2]), variance: memory.input(inputs[3]), epsilon: epsilon)
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
        let sweep = Phase(tiles: blocks.count) { tile, memory, _ in
            let range = blocks.range(tile), scale = memory.prepared.assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.scale_shift(
                memory.input(0) + range.lowerBound * channels, channels, scale, scale + channels,
                hasRelu ? 0 : -.infinity, .infinity,
                memory.output(0) + range.lowerBound * channels, channels, range.count, channels
            )
        }
        var step = LoweredStep(kernel: hasRelu ? "norm relu" : "norm", phases: [sweep])
        step.preparation = [NormCoefficients.phase(channels, epsilon: epsilon, inputs: [1, 2, 3, 4])]
        step.preparedInputs = [1, 2, 3, 4]
        step.preparedBytes = 2 * channels * 4 + 64
        step.inPlace = [(0, 0)]
        return step
    }
}

/// Mean and variance of every channel: block moments, joined by Chan's formula in Double.
struct ChannelMomentsLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let blocks = PixelBlocks(request.inputs[0].shape), channels = blocks.channels, kernels = request.kernels
        // Shared memory: [block][mean, m2][channel] as Double.
        let moments = Phase(tiles: blocks.count) { tile, memory, _ in
            let range = blocks.range(tile),
                target = memory.shared.assumingMemoryBound(to: Double.self) + 2 * tile * channels
            kernels.pointer.pointee.moments(
                memory.input(0) + range.lowerBound * channels, channels, range.count, channels, target,
                target + channels)
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self)
            for c in 0..<channels {
                var total = 0.0, average = 0.0, squares = 0.0
                for block in 0..<blocks.count {
                    let n = Double(blocks.range(block).count)
                    let delta = partial[2 * block * channels + c] - average, sum = total + n
                    average += delta * n / sum
                    squares += partial[(2 * block + 1) * channels + c] + delta * delta * total * n / sum
                    total = sum
                }
                memory.output(0, as: Float.self)[c] = Float(average)
                memory.output(1, as: Float.self)[c] = Float(squares / total)
            }
        }
        var step = LoweredStep(kernel: "channel moments", phases: [moments, join])
        step.sharedBytes = 16 * blocks.count * channels
        return step
    }
}

/// The gradients of scale and bias: block sums of dy and dy · (x − mean), joined in order.
struct NormGradientSumsLowering: NodeLowering {
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        isFloat32(node, inputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? channelsLast(node, inputs) : nil
    }

    func lower(_ request: LoweringRequest) throws -> LoweredStep {
        let fused = request.node.op as? NormReluGradientSums, masks = fused != nil
        let epsilon = fused?.epsilon ?? (request.node.op as! BatchNormalizationGradientSums).epsilon
        let blocks = PixelBlocks(request.inputs[1].shape), channels = blocks.channels, kernels = request.kernels
        let statistics = masks ? 4 : 2
        let sums = Phase(tiles: blocks.count) { tile, memory, _ in
            let range = blocks.range(tile), offset = range.lowerBound * channels
            let target = memory.shared.assumingMemoryBound(to: Double.self) + 2 * tile * channels
            target.update(repeating: 0, count: 2 * channels)
            let scale = memory.prepared.assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.norm_gradient_sums(
                memory.input(0) + offset, channels, memory.input(1) + offset, channels, memory.input(statistics), scale,
                scale + channels, masks, range.count, channels, target, target + channels
            )
        }
        let join = Phase(tiles: 1) { _, memory, _ in
            let partial = memory.shared.assumingMemoryBound(to: Double.self),
                variance = memory.input(statistics + 1, as: Float.self)
            for c in 0..<channels {
                var sum = 0.0, moment = 0.0
                for block in 0..<blocks.count {
                    sum += partial[2 * block * channels + c]
                    moment += partial[(2 * block + 1) * channels + c]
                }
                memory.output(0, as: Float.self)[c] = Float(moment / (Double(variance[c]) + epsilon).squareRoot())
                memory.output(1, as: Float.self)[c] = Float(sum)
            }
        }
        var step = LoweredStep(
            kernel: masks ? "norm relu gradient sums" : "norm gradient sums", phases: [sums, join])
        step.preparation = [NormCoefficients.phase(channels, epsilon: epsilon, inputs: masks ? [2, 3, 4, 5] : nil)]
        step.preparedInputs = masks ? [2, 3, 4, 5] : []
        step.preparedBytes = 8 * channels + 64
        step.sharedBytes = 16 * blocks.count * channels
        return step
    }
}

/// dx of all of them: one sweep a · g + b · x + c, where g is dy or what the ReLU lets through of it.
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
        // Prepared: scale and shift of the mask, then a, b and c.
        let mask = NormCoefficients.phase(channels, epsilon: epsilon, inputs: masks ? [2, 3, 4, 5] : nil)
        let coefficients = Phase(tiles: 1) { _, memory, _ in
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + 2 * channels
            let values = Double(blocks.pixelCount), weight = memory.input(2, as: Float.self),
                mean = memory.input(statistics, as: Float.self), variance = memory.input(statistics + 1, as: Float.self)
            for c in 0..<channels {
                let inverse = 1 / (Double(variance[c]) + epsilon).squareRoot(), slope = Double(weight[c]) * inverse
                // dx = slope · (g − dbias/P − (x − mean) · inverse · dscale/P).
                let dscale = usesBatch ? Double(memory.input(statistics + 2, as: Float.self)[c]) : 0
                let dbias = usesBatch ? Double(memory.input(statistics + 3, as: Float.self)[c]) : 0
                let b = -slope * inverse * dscale / values
                target[c] = Float(slope)
                target[channels + c] = Float(b)
                target[2 * channels + c] = Float(-slope * dbias / values - b * Double(mean[c]))
            }
        }
        let sweep = Phase(tiles: blocks.count) { tile, memory, _ in
            let range = blocks.range(tile), offset = range.lowerBound * channels
            let scale = memory.prepared.assumingMemoryBound(to: Float.self)
            kernels.pointer.pointee.norm_gradient(
                memory.input(0) + offset, channels, memory.input(1) + offset, channels, scale, scale + channels, masks,
                scale + 2 * channels, scale + 3 * channels, scale + 4 * channels,
                memory.output(0) + offset, channels, range.count, channels
            )
        }
        var step = LoweredStep(kernel: masks ? "norm relu gradient" : "norm gradient", phases: [sweep])
        step.preparation = [mask, coefficients]
        step.preparedInputs = Array(2..<request.inputs.count)
        step.preparedBytes = 20 * channels + 64
        step.inPlace = [(0, 0)]
        return step
    }
}
