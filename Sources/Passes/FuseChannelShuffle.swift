import TesseraIR
import TesseraOps
import TesseraTensors

/// A channel shuffle spelled by reshapes around a transposition of groups and their channels becomes one node, which
/// images that lie channels-last need no other layout for.
public struct FuseChannelShuffle: RulePass {
    public static let name = "fuseChannelShuffle"
    public static let summary = "makes one node of a channel shuffle's reshapes and transposition"
    public init() {}

    public var rules: [any Rule] { [Spelled()] }

    private struct Spelled: Rule {
        func match(_ root: Reshape, _ node: Node, in sight: Sight) -> Match {
            guard let (transpose, op) = sight.maker(of: node.inputs[0], Transpose.self),
                op.order(rank: sight.type(of: node.inputs[0]).rank) == [0, 2, 1, 3, 4],
                let (reshape, _) = sight.maker(of: transpose.inputs[0], Reshape.self),
                let shape = sight.type(of: reshape.inputs[0]).shape, shape.count == 4,
                sight.type(of: node.output()).shape == shape,
                let grouped = sight.type(of: reshape.output()).shape, grouped[0] == shape[0],
                grouped[1] * grouped[2] == shape[1], Array(grouped[3...]) == Array(shape[2...])
            else { return .none }
            for inner in [transpose, reshape] where sight.onlyReader(of: inner.output()) == nil {
                return .declined("\(inner.op.mnemonic) \(inner.id) has other readers")
            }
            return .patch(
                Patch("with \(transpose.id)", covers: [node, transpose, reshape], replaces: [node.output()]) {
                    try $0.add(ChannelShuffle(groups: grouped[1]), reshape.inputs)
                })
        }
    }
}
