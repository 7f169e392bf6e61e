import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

extension BatchNormalizationGradient: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        .stage(
            NormGradientStage(request, epsilon: epsilon, statistics: 3, usesBatch: usesBatchStatistics).stage(
                "norm gradient", request))
    }
}

extension NormReluGradient: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        .stage(
            NormGradientStage(request, epsilon: epsilon, statistics: 4, usesBatch: usesBatchStatistics).stage(
                "norm relu gradient", request))
    }
}

/// dx of all norms: one sweep a · g + b · x + c, where g is dy or what the ReLU lets through of it.
private struct NormGradientStage: Sendable {
    let epsilon: Double
    /// The inputs before mean and variance: dy, x, scale, and with a ReLU bias.
    let statistics: Int
    let usesBatch: Bool
    let image: ImageLayout
    private var masks: Bool { statistics == 4 }

    init(_ request: LoweringRequest, epsilon: Double, statistics: Int, usesBatch: Bool) {
        self.epsilon = epsilon
        self.statistics = statistics
        self.usesBatch = usesBatch
        image = ImageLayout(pixels: request.inputs[1])
    }

    func stage(_ name: String, _ request: LoweringRequest) -> Stage {
        let channels = image.channels, masks = masks, kernels = request.kernels
        let inputs = request.inputs.indices.map { $0 < 2 ? image : nil }
        var stage = Stage(name, inputs: inputs, output: image) { window, memory, output in
            let (dy, x) = (memory.inputs[0], memory.inputs[1]), scale = memory.packed()
            let joins = dy.joins(window) && x.joins(window) && output.joins(window)
            window.forEachRun(joining: joins) { row, column, pixels in
                kernels.pointer.pointee.norm_gradient(
                    dy.floats(row, column), dy.pixelStride, x.floats(row, column), x.pixelStride, scale,
                    scale + channels, masks, scale + 2 * channels, scale + 3 * channels, scale + 4 * channels,
                    output.floats(row, column), output.pixelStride, pixels, channels)
            }
        }
        stage.packing.phases = [coefficients]
        if masks {
            stage.packing.phases.insert(NormCoefficients.phase(channels, epsilon: epsilon, inputs: 2...5), at: 0)
        }
        stage.packing.inputs = Array(2..<request.inputs.count)
        stage.packing.byteCount = 20 * channels + 64
        stage.inPlace = [0]
        return stage
    }

    /// a, b and c, behind the scale and shift of the mask.
    private var coefficients: Phase {
        let (channels, values) = (image.channels, Double(image.pixelCount))
        let (epsilon, statistics, usesBatch) = (epsilon, statistics, usesBatch)
        return Phase(tiles: 1) { _, memory, _ in
            let target = memory.prepared.assumingMemoryBound(to: Float.self) + 2 * channels
            let weight = memory.input(2, as: Float.self), mean = memory.input(statistics, as: Float.self),
                variance = memory.input(statistics + 1, as: Float.self)
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
    }
}
