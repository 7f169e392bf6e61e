import TesseraIR
import TesseraTensors

/// The gradient of a convolution with respect to its input: (dy [N, M, …], weight) → dx [N, C, spatial].
/// dx[n, c, i] = Σ over m, k, p with p·stride − pad + k·dilation = i of dy[n, m, p] · weight[m, c, k].
public struct ConvolutionInputGradient: DefinedOp {
    public static let mnemonic = "convInputGradient"
    public static let fields = [
        Field<ConvolutionInputGradient>("strides", \.convolution.strides, normal: .emptyWhereAll(1)),
        Field<ConvolutionInputGradient>("pads", \.convolution.pads, normal: .emptyWhereAll(0)),
        Field<ConvolutionInputGradient>("dilations", \.convolution.dilations, normal: .emptyWhereAll(1)),
        Field<ConvolutionInputGradient>("group", \.convolution.group),
        Field<ConvolutionInputGradient>("spatial", \.spatial),
    ]
    public var convolution = Convolution()
    /// The spatial extents of the convolution's input.
    public var spatial: [Int] = []

    public init() {}
    public init(of convolution: Convolution, spatial: [Int]) {
        self.convolution = convolution
        self.spatial = spatial
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireSameElement(inputs)
        for type in inputs { try requireRank(type, 3...Int.max, "an operand") }
        try require(convolution.group > 0, "the group \(convolution.group)", accepted: "at least 1")
        let weight = try shape(inputs[1], "the weight")
        let dx = TensorType(
            inputs[0].element,
            [inputs[0].dimensions[0], .fixed(weight[1] * convolution.group)] + spatial.map { .fixed($0) })
        let forward = try convolution.outputTypes(for: [dx, inputs[1]])[0]
        try require(forward == inputs[0], "dy of type \(inputs[0])", accepted: "the convolution's output, \(forward)")
        return [dx]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        // Both types are spelled out so that the loops are compiled for them, which is much faster than generic code.
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [
                type is Double.Type
                    ? scatter(Double.self, inputs[0], inputs[1], shape)
                    : scatter(Float.self, inputs[0], inputs[1], shape)
            ]
        }
    }

    private func scatter<T: DefinitionFloat>(_: T.Type, _ dy: Tensor, _ weight: Tensor, _ shape: [Int]) -> Tensor {
        let kernel = Array(weight.shape.dropFirst(2))
        let taps = convolution.window(kernel: kernel).taps(input: spatial, output: Array(dy.shape.dropFirst(2)))
        let plane = spatial.reduce(1, *), kernelSize = kernel.reduce(1, *)
        let channelsPerGroup = weight.shape[1], filters = weight.shape[0], filtersPerGroup = filters / convolution.group
        var dx = [Double](repeating: 0, count: shape.reduce(1, *))
        dy.withElements(T.self) { dy in
            weight.withElements(T.self) { weight in
                for n in 0..<shape[0] {
                    for m in 0..<filters {
                        let firstChannel = n * shape[1] + m / filtersPerGroup * channelsPerGroup
                        for (position, window) in taps.enumerated() {
                            let gradient = Double(dy[(n * filters + m) * taps.count + position])
                            for c in 0..<channelsPerGroup {
                                for tap in window {
                                    dx[(firstChannel + c) * plane + tap.input] +=
                                        gradient * Double(weight[(m * channelsPerGroup + c) * kernelSize + tap.kernel])
                                }
                            }
                        }
                    }
                }
            }
        }
        return Tensor(dx.map { T($0) }, shape: shape)
    }
}

extension ConvolutionInputGradient: CountedOp {
    /// As many as the convolution itself: dy [N, M, …] and the weight [M, C/group, kernel…].
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        inputs[0].elementCount!.clampedTimes(inputs[1].shape!.dropFirst().reduce(1, *))
    }
}

extension ConvolutionInputGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        guard inputs[0].rank == 4, let weight = inputs[1].shape else { return nil }
        return [convolution.window(kernel: Array(weight.dropFirst(2))).gradientFootprint, nil]
    }
}
