import TesseraIR
import TesseraOps
import TesseraTensors

/// Which nodes run together as one region.
public enum RegionChoice: Sendable, Equatable {
    /// Every node is a step of its own.
    case single
    /// Of every chain of row-local nodes the first two run as one, the next two, and so on.
    case pairs
    /// These nodes, which must be row-local, each read by later ones of its group alone.
    case groups([[NodeID]])
    /// What costs least by a model of the machine.
    case planned(CostModel)
}

/// The steps of a program in the order in which they run.
struct StepSchedule {
    private(set) var steps: [[Node]] = []
    /// The regions that the planner chose, with what they cost.
    private(set) var choices: [RegionPlanner.Choice] = []
    /// The chains of two that could run as one and do not, where regions are planned.
    private(set) var partings: [RegionParting] = []
    /// The chains of two that can run as one, in order: a row-local node, and the one that alone reads it, by rows.
    private(set) var links: [[NodeID]] = []

    private let graph: Graph
    private let stages: [NodeID: Stage]
    private let footprints: [NodeID: [ImageFootprint?]]
    private let readers: [Value: [NodeID]]
    private let results: Set<Value>

    /// `stages` are the nodes that compute windows. Throws where a chosen group cannot run as one.
    init(_ graph: Graph, stages: [NodeID: Stage], _ choice: RegionChoice) throws {
        self.graph = graph
        self.stages = stages
        footprints = Dictionary(
            uniqueKeysWithValues: graph.nodes.compactMap { node in
                guard stages[node.id] != nil else { return nil }
                return Region.footprints(of: node, in: graph).map { (node.id, $0) }
            })
        readers = graph.uses()
        results = Set(graph.results)
        var nodes = graph.nodes.filter { !($0.op is Input || $0.op is State || $0.op is Constant) }
        links = nodes.compactMap { node in
            guard let reader = readers[node.output()]?.first, isInner(node, readers: { $0 == reader }) else {
                return nil
            }
            return [node.id, reader]
        }
        let groups: [[NodeID]]
        switch choice {
        case .single: groups = []
        case .pairs: groups = links.disjoint()
        case .groups(let chosen):
            groups = chosen
            for group in chosen { try check(group) }
        case .planned(let model):
            // States are overwritten where their updates stand, which another order could bring before a reader.
            if graph.updates.isEmpty { nodes = graph.inDepthFirstOrder(nodes) }
            choices = planner(nodes, model).choices()
            groups = choices.map(\.nodes)
        }
        // A group runs where its last member stood: its inputs are there by then, and nothing before reads its rings.
        let members = Dictionary(
            uniqueKeysWithValues: groups.flatMap { group in group.map { ($0, group) } })
        if case .planned(let model) = choice {
            partings = links.compactMap { link in
                if let group = members[link[0]], group.contains(link[1]) { return nil }
                let pair = link.map { graph[$0] }
                return RegionParting(
                    maker: link[0], reader: link[1], together: planner(pair, model).cheapest(pair[...]).cost.seconds,
                    apart: link.reduce(0) { $0 + model.cost(of: stages[$1]!).seconds })
            }
        }
        for node in nodes {
            guard let group = members[node.id] else {
                steps.append([node])
                continue
            }
            if group.last == node.id { steps.append(group.map { graph[$0] }) }
        }
    }

    private func planner(_ nodes: [Node], _ model: CostModel) -> RegionPlanner {
        let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.id, $0) })
        return RegionPlanner(
            nodes: nodes, model: model, stages: stages, footprints: footprints,
            lastReader: nodes.map { node in
                isInner(node) { places[$0] != nil } ? readers[node.output()]!.map { places[$0]! }.max() : nil
            })
    }

    private func choice(for step: [Node]) -> RegionPlanner.Choice? {
        choices.first { $0.nodes.last == step.last!.id }
    }

    /// What the planner reckoned for a step that it chose.
    func plannedSeconds(_ step: [Node]) -> (together: Double, apart: Double)? {
        choice(for: step).map { ($0.cost.seconds, $0.apart) }
    }

    /// How the region of a step slides; nil for a node alone.
    func shape(of step: [Node], _ model: CostModel) -> RegionShape? {
        guard step.count > 1 else { return nil }
        return choice(for: step)?.shape ?? planner(step, model).cheapest(step[...]).shape
    }

    /// Whether a node's rows can live in a ring: only certain nodes read it, by rows of images of the same batch.
    private func isInner(_ node: Node, readers isReader: (NodeID) -> Bool) -> Bool {
        guard let stage = stages[node.id], stage.rowsAlone == nil, node.outputTypes.count == 1,
            !results.contains(node.output()),
            let users = readers[node.output()]
        else { return false }
        return users.allSatisfy { isReader($0) && reads(graph[$0], node.output(), of: stage) }
    }

    private func reads(_ reader: Node, _ value: Value, of maker: Stage) -> Bool {
        guard let stage = stages[reader.id], stage.rowsAlone == nil, stage.output.images == maker.output.images,
            let footprints = footprints[reader.id]
        else { return false }
        return reader.inputs.indices.allSatisfy {
            reader.inputs[$0] != value || footprints[$0] != nil && stage.inputs[$0] == maker.output
        }
    }

    private func check(_ group: [NodeID]) throws {
        for (index, id) in group.dropLast().enumerated() {
            let later = Set(group[(index + 1)...])
            guard isInner(graph[id], readers: later.contains) else {
                throw TesseraError(
                    .unsupported, at: "\(id) \(graph[id].op.mnemonic)", found: "an inner member of a region",
                    accepted: "row-local nodes that only later members read, by rows")
            }
        }
        guard let last = group.last, stages[last] != nil else {
            throw TesseraError(.unsupported, at: "region", found: "\(group)", accepted: "row-local nodes")
        }
    }
}

extension [[NodeID]] {
    /// Those that share no node with an earlier one.
    package func disjoint() -> [[NodeID]] {
        var taken = Set<NodeID>()
        return filter { group in
            guard taken.isDisjoint(with: group) else { return false }
            taken.formUnion(group)
            return true
        }
    }
}

extension Region {
    static func footprints(of node: Node, in graph: Graph) -> [ImageFootprint?]? {
        (node.op as? any LocalOp)?.footprints(for: node.inputs.map { graph.type(of: $0) })
    }

    /// A step's nodes as one region.
    init(_ nodes: [Node], stages: [NodeID: Stage], in graph: Graph, _ shape: RegionShape, _ cut: WindowCut?) {
        self.init(
            nodes.map { node in
                let footprints = Region.footprints(of: node, in: graph)
                let sources = node.inputs.enumerated().map { index, value -> Source in
                    guard let maker = nodes.firstIndex(where: { $0.id == value.node }) else { return .memory }
                    return .member(maker, footprints![index]!)
                }
                return Member(stage: stages[node.id]!, sources: sources)
            }, shape, cut: cut)
    }
}
