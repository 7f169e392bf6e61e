import TesseraIR
import TesseraTensors

/// The gradient of a convolution with respect to its weight: (x [N, C, …], dy [N, M, …]) → dw [M, C/group, kernel].
/// dw[m, c, k] = Σ over n, p of dy[n, m, p] · x[n, c, p·stride − pad + k·dilation].
public struct ConvolutionWeightGradient: DefinedOp {
    public static let mnemonic = "convWeightGradient"
    public static let fields = [
        Field<ConvolutionWeightGradient>("strides", \.convolution.strides, normal: .emptyWhereAll(1)),
        Field<ConvolutionWeightGradient>("pads", \.convolution.pads, normal: .emptyWhereAll(0)),
        Field<ConvolutionWeightGradient>("dilations", \.convolution.dilations, normal: .emptyWhereAll(1)),
        Field<ConvolutionWeightGradient>("group", \.convolution.group),
        Field<ConvolutionWeightGradient>("kernel", \.kernel),
    ]
    public var convolution = Convolution()
    /// The spatial extents of the weight.
    public var kernel: [Int] = []

    public init() {}
    public init(of convolution: Convolution, kernel: [Int]) {
        self.convolution = convolution
        self.kernel = kernel
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireSameElement(inputs)
        for type in inputs { try requireRank(type, 3...Int.max, "an operand") }
        try require(convolution.group > 0, "the group \(convolution.group)", accepted: "at least 1")
        let channels = try number(inputs[0].dimensions[1], "x"), filters = try number(inputs[1].dimensions[1], "dy")
        try require(
            channels % convolution.group == 0, "\(channels) channels", accepted: "a multiple of \(convolution.group)")
        let dw = TensorType(inputs[0].element, shape: [filters, channels / convolution.group] + kernel)
        let forward = try convolution.outputTypes(for: [inputs[0], dw])[0]
        try require(forward == inputs[1], "dy of type \(inputs[1])", accepted: "the convolution's output, \(forward)")
        return [dw]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        // Both types are spelled out so that the loops are compiled for them, which is much faster than generic code.
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [
                type is Double.Type
                    ? correlate(Double.self, inputs[0], inputs[1], shape)
                    : correlate(Float.self, inputs[0], inputs[1], shape)
            ]
        }
    }

    private func correlate<T: DefinitionFloat>(_: T.Type, _ x: Tensor, _ dy: Tensor, _ shape: [Int]) -> Tensor {
        let spatial = Array(x.shape.dropFirst(2))
        let taps = convolution.window(kernel: kernel).taps(input: spatial, output: Array(dy.shape.dropFirst(2)))
        let plane = spatial.reduce(1, *), kernelSize = kernel.reduce(1, *)
        let channelsPerGroup = shape[1], filtersPerGroup = shape[0] / convolution.group
        var dw = [Double](repeating: 0, count: shape.reduce(1, *))
        x.withElements(T.self) { x in
            dy.withElements(T.self) { dy in
                for n in 0..<(dy.isEmpty ? 0 : dy.count / (shape[0] * taps.count)) {
                    for (position, window) in taps.enumerated() {
                        for m in 0..<shape[0] {
                            let gradient = Double(dy[(n * shape[0] + m) * taps.count + position])
                            let first =
                                n * channelsPerGroup * convolution.group + m / filtersPerGroup * channelsPerGroup
                            for c in 0..<channelsPerGroup {
                                let channel = (first + c) * plane, filter = (m * channelsPerGroup + c) * kernelSize
                                for tap in window {
                                    dw[filter + tap.kernel] += gradient * Double(x[channel + tap.input])
                                }
                            }
                        }
                    }
                }
            }
        }
        return Tensor(dw.map { T($0) }, shape: shape)
    }
}

extension ConvolutionWeightGradient: CountedOp {
    /// As many as the convolution itself: dy [N, M, …] and dw [M, C/group, kernel…].
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        inputs[1].elementCount!.clampedTimes(outputs[0].shape!.dropFirst().reduce(1, *))
    }
}

extension ConvolutionWeightGradient: ActivationReader {
    public var activationInput: Int { 0 }
}
