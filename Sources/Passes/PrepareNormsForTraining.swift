import TesseraIR
import TesseraOps
import TesseraTensors

/// Batch norms of policy `train` are normalised by the batch's statistics, and the running ones are updated from them:
/// running = running · momentum + batch · (1 − momentum), the variance unbiased (P / (P − 1)), as PyTorch stores it.
public struct PrepareNormsForTraining: RulePass, Rule {
    public static let name = "prepareNormsForTraining"
    public static let summary =
        "gives batch norms of policy train the statistics of the batch and updates the running ones"
    public init() {}

    public func match(_ root: BatchNormalization, _ node: Node, in sight: Sight) -> Match {
        guard root.policy == .train, sight.maker(of: node.inputs[3], ChannelMoments.self) == nil else { return .none }
        let paths = node.inputs[BatchNormalization.statistics].compactMap { sight.maker(of: $0, State.self)?.op.path }
        guard paths.count == 2 else {
            return .declined(
                "its running statistics are no states, so they cannot be updated: it keeps them as they are")
        }
        let type = sight.type(of: node.inputs[0])
        return .patch(
            Patch(
                "batch statistics; updates \(paths[0]) and \(paths[1])", covers: [node], replaces: [node.output()]
            ) { builder in
                let count = try valuesPerChannel(of: type, at: node.path)
                let moments = try builder.add(ChannelMoments(), [node.inputs[0]])
                let averages = [
                    MovingAverage(momentum: root.momentum),
                    MovingAverage(momentum: root.momentum, correction: count / (count - 1)),
                ]
                for (index, average) in averages.enumerated() {
                    let new = try builder.add(average, [node.inputs[3 + index], moments[index]])
                    builder.update(paths[index], with: new[0])
                }
                return try builder.add(root, node.inputs.prefix(3) + moments)
            })
    }

    private func valuesPerChannel(of type: TensorType, at place: String) throws -> Double {
        guard let shape = type.shape else {
            throw TesseraError(at: place, found: "the type \(type)", accepted: "bound dimensions")
        }
        guard shape.reduce(1, *) > shape[1] else {
            throw TesseraError(
                at: place, found: "one value a channel (\(shape)) to take batch statistics of",
                accepted: "a larger batch or image, or the norm policy frozen-statistics")
        }
        return Double(shape.reduce(1, *) / shape[1])
    }
}
