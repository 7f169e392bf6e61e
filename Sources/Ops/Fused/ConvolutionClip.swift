import TesseraIR
import TesseraTensors

/// clip(conv(x, weight, bias), low, high): the bounds are applied while the convolution writes its result.
public struct ConvolutionClip: FusedOp {
    public static let mnemonic = "convClip"
    public static let fields = [
        Field<ConvolutionClip>("strides", \.convolution.strides, normal: .emptyWhereAll(1)),
        Field<ConvolutionClip>("pads", \.convolution.pads, normal: .emptyWhereAll(0)),
        Field<ConvolutionClip>("dilations", \.convolution.dilations, normal: .emptyWhereAll(1)),
        Field<ConvolutionClip>("group", \.convolution.group), Field<ConvolutionClip>("low", \.clip.low),
        Field<ConvolutionClip>("high", \.clip.high),
    ]
    public var convolution = Convolution()
    public var clip = Clip()

    public init() {}
    public init(_ convolution: Convolution, _ clip: Clip) {
        self.convolution = convolution
        self.clip = clip
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try convolution.outputTypes(for: inputs)
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        try builder.add(clip, builder.add(convolution, inputs))
    }
}

extension ConvolutionClip: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? { convolution.footprints(for: inputs) }
}

extension ConvolutionClip: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        convolution.multiplyAdds(inputs: inputs, outputs: outputs)
    }
}
