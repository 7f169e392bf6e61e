import TesseraIR
import TesseraTensors

/// clip(conv(x, weight, bias) + addend, low, high): the addend, of the result's type, is the last input; it is added
/// and the bounds are applied while the convolution writes its result.
public struct ConvolutionAddClip: FusedOp {
    public static let mnemonic = "convAddClip"
    public static let fields = [
        Field<ConvolutionAddClip>("strides", \.convolution.strides, normal: .emptyWhereAll(1)),
        Field<ConvolutionAddClip>("pads", \.convolution.pads, normal: .emptyWhereAll(0)),
        Field<ConvolutionAddClip>("dilations", \.convolution.dilations, normal: .emptyWhereAll(1)),
        Field<ConvolutionAddClip>("group", \.convolution.group), Field<ConvolutionAddClip>("low", \.clip.low),
        Field<ConvolutionAddClip>("high", \.clip.high),
    ]
    public var convolution = Convolution()
    public var clip = Clip()

    public init() {}
    public init(_ convolution: Convolution, _ clip: Clip = Clip()) {
        self.convolution = convolution
        self.clip = clip
    }

    /// Whether the sum is clipped at all.
    public var isBounded: Bool { clip.low > -.infinity || clip.high < .infinity }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        guard (3...4).contains(inputs.count) else {
            throw TesseraError(at: Self.mnemonic, found: "\(inputs.count) inputs", accepted: "3 or 4")
        }
        let types = try convolution.outputTypes(for: inputs.dropLast())
        guard inputs.last == types[0] else {
            throw TesseraError(at: Self.mnemonic, found: "the addend \(inputs.last!)", accepted: "\(types[0])")
        }
        return types
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let product = try builder.add(convolution, Array(inputs.dropLast()))
        return try builder.add(clip, builder.add(Add(), product + [inputs.last!]))
    }
}

extension ConvolutionAddClip: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        convolution.footprints(for: inputs.dropLast()).map { $0 + [.same] }
    }
}

extension ConvolutionAddClip: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        convolution.multiplyAdds(inputs: inputs.dropLast(), outputs: outputs)
    }
}
