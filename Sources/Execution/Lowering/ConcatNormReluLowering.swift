import CKernels
import TesseraOps
import TesseraTensors

/// Each operand is scaled and shifted on its way to its channels of the output.
extension ConcatNormRelu: NormLowerable {
    func lower(_ request: LoweringRequest) -> Lowering {
        let parts = request.inputs.count - Self.vectors, images = images(request, count: parts)
        let output = ImageLayout(pixels: request.outputs[0]), channels = output.channels, kernels = request.kernels
        var stage = Stage("concat norm relu", inputs: images, output: output) { window, memory, target in
            var first = 0
            for part in 0..<parts {
                let source = memory.inputs[part], count = images[part]!.channels, scale = memory.packed(first)
                for y in window.rows {
                    let x = window.columns.lowerBound
                    kernels.pointer.pointee.scale_shift(
                        source.floats(y, x), source.pixelStride, scale, scale + channels, 0, .infinity,
                        target.floats(y, x) + first, target.pixelStride, window.columns.count, count)
                }
                first += count
            }
        }
        stage.packing = Packing(
            phases: [NormCoefficients.phase(channels, epsilon: epsilon, inputs: parts...parts + 3)],
            inputs: Array(parts..<parts + 4), byteCount: 8 * channels + 64)
        return .stage(stage)
    }
}
