import TesseraIR
import TesseraOps
import TesseraTensors

/// Batch norms of policy `train` are normalised by the batch's statistics, and the running ones are updated from them:
/// running = running · momentum + batch · (1 − momentum), the variance unbiased (P / (P − 1)), as PyTorch stores it.
public struct PrepareNormsForTraining: Pass {
    public static let name = "prepareNormsForTraining"
    public static let summary =
        "gives batch norms of policy train the statistics of the batch and updates the running ones"
    public init() {}

    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        try graph.rebuilding { node, inputs, builder in
            guard let norm = node.op as? BatchNormalization, norm.policy == .train else { return nil }
            guard let shape = builder.type(of: inputs[0]).shape else {
                throw TesseraError(
                    at: node.path, found: "the type \(builder.type(of: inputs[0]))", accepted: "bound dimensions")
            }
            if builder.op(of: inputs[3]) is ChannelMoments { return nil }
            let statistics = inputs[3...].compactMap { builder.graph[$0.node].op as? State }
            guard statistics.count == 2 else {
                log.decline(
                    node, "its running statistics are no states, so they cannot be updated: it keeps them as they are")
                return nil
            }
            guard shape.reduce(1, *) > shape[1] else {
                throw TesseraError(
                    at: node.path, found: "one value a channel (\(shape)) to take batch statistics of",
                    accepted: "a larger batch or image, or the norm policy frozen-statistics")
            }
            guard log.apply(node, "batch statistics; updates \(statistics[0].path) and \(statistics[1].path)") else {
                return nil
            }
            func add(_ op: any Op, _ inputs: [Value]) throws -> [Value] {
                try builder.add(op, inputs, path: node.path, origins: node.modelNodes)
            }
            let moments = try add(ChannelMoments(), [inputs[0]])
            let count = Double(shape.reduce(1, *) / shape[1])
            let averages = [
                MovingAverage(momentum: norm.momentum),
                MovingAverage(momentum: norm.momentum, correction: count / (count - 1)),
            ]
            for (index, average) in averages.enumerated() {
                builder.update(
                    statistics[index].path, with: try add(average, [inputs[3 + index], moments[index]])[0])
            }
            return try builder.add(
                norm, inputs.prefix(3) + moments, path: node.path, origins: node.modelNodes, id: node.id)
        }
    }
}
