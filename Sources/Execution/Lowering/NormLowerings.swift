import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// The norms' scale and shift: y = x · scale + shift, formed in Double.
enum NormCoefficients {
    static func set(
        _ memory: UnsafeMutablePointer<Float>, channels: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        mean: UnsafePointer<Float>, variance: UnsafePointer<Float>, epsilon: Double
    ) {
        for c in 0..<channels {
            let scale = Double(weight[c]) / (Double(variance[c]) + epsilon).squareRoot()
            memory[c] = Float(scale)
            memory[channels + c] = Float(Double(bias[c]) - Double(mean[c]) * scale)
        }
    }

    /// Sets them in the prepared memory, from the inputs that are scale, bias, mean and variance.
    static func phase(_ channels: Int, epsilon: Double, inputs: ClosedRange<Int>) -> Phase {
        let first = inputs.lowerBound
        return Phase(tiles: 1) { _, memory, _ in
            set(
                memory.prepared.assumingMemoryBound(to: Float.self), channels: channels, weight: memory.input(first),
                bias: memory.input(first + 1), mean: memory.input(first + 2), variance: memory.input(first + 3),
                epsilon: epsilon)
        }
    }
}

/// What the norms share: float32 images, or rows of channels.
protocol NormLowerable: Lowerable {}

extension NormLowerable {
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice? {
        areFloat32(inputs + outputs) && (inputs[0].rank == 4 || inputs[0].rank == 2) ? .images(inputs, outputs) : nil
    }

    /// The leading inputs as images; the vectors behind them are needed whole.
    func images(_ request: LoweringRequest, count: Int) -> [ImageLayout?] {
        request.inputs.enumerated().map { $0 < count ? ImageLayout(pixels: $1) : nil }
    }
}

extension ImageLayout {
    /// Images, or rows of channels as an image of one column.
    init(pixels operand: Operand) {
        if operand.shape.count == 2 { self.init(vectors: operand) } else { self.init(operand) }
    }

    var pixelCount: Int { images * height * width }
}

extension BatchNormalization: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering { .stage(normStage(request, hasRelu: false, epsilon: epsilon)) }
}

extension NormRelu: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering { .stage(normStage(request, hasRelu: true, epsilon: epsilon)) }
}

extension NormLowerable {
    fileprivate func normStage(_ request: LoweringRequest, hasRelu: Bool, epsilon: Double) -> Stage {
        let inputs = images(request, count: 1), channels = inputs[0]!.channels, kernels = request.kernels
        let low: Float = hasRelu ? 0 : -.infinity
        var stage = Stage(hasRelu ? "norm relu" : "norm", inputs: inputs, output: inputs[0]!) {
            window, memory, output in
            let x = memory.inputs[0], scale = memory.packed()
            window.forEachRun(joining: x.joins(window) && output.joins(window)) { row, column, pixels in
                kernels.pointer.pointee.scale_shift(
                    x.floats(row, column), x.pixelStride, scale, scale + channels, low, .infinity,
                    output.floats(row, column), output.pixelStride, pixels, channels)
            }
        }
        stage.packing = Packing(
            phases: [NormCoefficients.phase(channels, epsilon: epsilon, inputs: 1...4)], inputs: Array(1...4),
            byteCount: 8 * channels + 64)
        stage.inPlace = [0]
        return stage
    }
}
