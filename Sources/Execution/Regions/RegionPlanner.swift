import TesseraIR

/// Cuts the nodes of a program, in their order, into regions and single steps of the least cost: a dynamic program over
/// the places where it can be cut.
struct RegionPlanner {
    /// A region that was weighed against its nodes one by one.
    struct Choice: Sendable {
        let nodes: [NodeID]
        let shape: RegionShape
        let cost: RegionCost
        /// Seconds of the nodes as steps of their own.
        let apart: Double
    }

    /// Regions of more members gain nothing that the compiler's time would be worth.
    private static let mostMembers = 16

    let nodes: [Node]
    let model: CostModel
    let stages: [NodeID: Stage]
    /// The footprints of the inputs of the nodes that compute windows.
    let footprints: [NodeID: [ImageFootprint?]]
    /// The place of the last node that reads a node's rows, where they can live in a ring.
    let lastReader: [Int?]

    /// The regions of the cheapest cut, in order.
    func choices() -> [Choice] {
        let single = nodes.map { node in stages[node.id].map { model.cost(of: $0).seconds } ?? 0 }
        var best: [(seconds: Double, choice: Choice?, count: Int)] = [(0, nil, 0)]
        for (last, node) in nodes.enumerated() {
            var here: (seconds: Double, choice: Choice?, count: Int) = (best[last].seconds + single[last], nil, 1)
            if let stage = stages[node.id], stage.rowsAlone == nil {
                var apart = single[last]
                for first in (max(0, last + 1 - Self.mostMembers)..<last).reversed() {
                    guard let reader = lastReader[first], reader <= last else { break }
                    apart += single[first]
                    let choice = cheapest(nodes[first...last], apart: apart)
                    let seconds = best[first].seconds + choice.cost.seconds
                    if seconds < here.seconds { here = (seconds, choice, last - first + 1) }
                }
            }
            best.append(here)
        }
        var choices: [Choice] = [], end = nodes.count
        while end > 0 {
            if let choice = best[end].choice { choices.append(choice) }
            end -= best[end].count
        }
        return choices.reversed()
    }

    /// The shape of the least cost for nodes that run as one.
    func cheapest(_ members: ArraySlice<Node>, apart: Double = 0) -> Choice {
        let sketch = sketch(members), output = sketch.members.last!.output
        return RegionShape.candidates(rows: output.height, columns: output.width, workers: model.workers).map {
            Choice(nodes: members.map(\.id), shape: $0, cost: sketch.cost($0, by: model), apart: apart)
        }.min { $0.cost < $1.cost }!
    }

    private func sketch(_ members: ArraySlice<Node>) -> RegionSketch {
        let places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.id, $0) })
        var edges: [RegionSketch.Edge] = [], read = Set<Value>(), bytes: [Int] = []
        for (reader, node) in members.enumerated() {
            for (slot, value) in node.inputs.enumerated() {
                if let maker = places[value.node] {
                    edges.append(.init(maker: maker, reader: reader, footprint: footprints[node.id]![slot]!))
                } else if let layout = stages[node.id]!.inputs[slot], read.insert(value).inserted {
                    bytes.append(layout.byteCount)
                }
            }
        }
        return RegionSketch(
            members: members.map { RegionSketch.Member(stages[$0.id]!) }, edges: edges, inputBytes: bytes)
    }
}
