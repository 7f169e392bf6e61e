import TesseraIR
import TesseraTensors

/// The channels of [N, C, H, W] as `groups` rows, read column by column: channel c · groups + g of the result is
/// channel g · (C / groups) + c of x.
public struct ChannelShuffle: FusedOp {
    public static let mnemonic = "channelShuffle"
    public static let fields = [
        Field<ChannelShuffle>("groups", \.groups, accepted: "a positive number") { $0 > 0 }
    ]
    public var groups = 1

    public init() {}
    public init(groups: Int) { self.groups = groups }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try requireRank(inputs[0], 4...4, "x")
        let shape = try shape(inputs[0], "x")
        try require(
            shape[1].isMultiple(of: groups), "\(groups) groups of \(inputs[0])", accepted: "a divisor of the channels")
        return inputs
    }

    public func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value] {
        let shape = builder.type(of: inputs[0]).shape!
        let grouped = [shape[0], groups, shape[1] / groups, shape[2], shape[3]]
        let rows = try builder.add(Reshape(exactly: grouped), inputs)
        let columns = try builder.add(Transpose(permutation: [0, 2, 1, 3, 4]), rows)
        return try builder.add(Reshape(exactly: shape), columns)
    }
}

extension ChannelShuffle: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? { [.same] }
}
