import TesseraIR

/// Two nodes that could run as one region and do not: what the planner reckons for these two alone.
public struct RegionParting: Sendable {
    public let maker: NodeID
    public let reader: NodeID
    /// Seconds as one region, and as steps of their own.
    public let together: Double
    public let apart: Double
}

extension Step {
    /// What the cost model reckons for each node, in seconds: what all of them take, shared out as if each ran alone.
    /// Zeros where it knows nothing of them.
    public func reckonedSeconds(by costs: CostModel) -> [Double] {
        guard let region = lowered.region else { return nodes.map { _ in 0 } }
        let alone = region.members.map { costs.cost(of: $0.stage).seconds }
        guard let together = plannedSeconds?.together else { return alone }
        let all = alone.reduce(0, +)
        return alone.map { $0 * together / max(all, .leastNormalMagnitude) }
    }
}
