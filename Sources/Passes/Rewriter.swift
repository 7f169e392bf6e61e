import TesseraIR
import TesseraTensors

/// Applies rules to a graph in rounds: all that match in the graph as it stands, but for those that cover a node of an
/// earlier one, in one rebuild; again, until nothing matches. What is declined in the last round goes into the log.
struct Rewriter {
    private struct Wanted {
        let root: Node
        let patch: Patch
        /// Its place in the log.
        var entry = 0
    }

    let name: String
    let rules: [any Rule]

    func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        var graph = graph
        // Every sensible list of rules needs far fewer.
        let limit = max(64, graph.nodes.count)
        for _ in 0..<limit {
            let (wanted, declined) = matches(in: graph)
            let allowed = allowed(wanted, log)
            guard !allowed.isEmpty else {
                for (node, why) in declined { log.decline(node, why) }
                return graph
            }
            let replaced = Set(allowed.flatMap { ($0.patch.covers + $0.patch.alsoOf).map(\.id) })
            graph = try applying(allowed, to: graph, log).removingUnusedNodes(among: replaced)
        }
        throw TesseraError(
            at: name, found: "matches after \(limit) rounds", accepted: "rules that do not undo one another")
    }

    private func matches(in graph: Graph) -> (wanted: [Wanted], declined: [(Node, String)]) {
        let sight = Sight(graph)
        var wanted: [Wanted] = [], declined: [(Node, String)] = [], covered = Set<NodeID>()
        for node in graph.nodes {
            for rule in rules {
                switch rule.match(node, in: sight) {
                case .none: continue
                case .declined(let why): declined.append((node, why))
                case .patch(let patch):
                    let ids = patch.covers.map(\.id)
                    guard covered.isDisjoint(with: ids) else { continue }
                    covered.formUnion(ids)
                    wanted.append(Wanted(root: node, patch: patch))
                }
            }
        }
        return (wanted, declined)
    }

    /// Those that the log allows, which are recorded there.
    private func allowed(_ wanted: [Wanted], _ log: RewriteLog) -> [Wanted] {
        var allowed: [Wanted] = []
        for var item in wanted {
            guard log.apply(item.root, with: item.patch.covers, item.patch.what) else { break }
            item.entry = log.entries.count - 1
            allowed.append(item)
        }
        return allowed
    }

    private func applying(_ wanted: [Wanted], to graph: Graph, _ log: RewriteLog) throws -> Graph {
        let rebuild = GraphRebuild(of: graph)
        var rerouted: [Patch.Use: Value] = [:]
        let (before, behind) = places(of: wanted, in: graph)
        for node in graph.nodes {
            for index in before[node.id] ?? [] {
                guard case .uses(let uses) = wanted[index].patch.target else { continue }
                let types = uses.map { graph.type(of: graph[$0[0].node].inputs[$0[0].slot]) }
                for (uses, value) in zip(uses, try make(wanted[index], types, rebuild, log)) {
                    for use in uses { rerouted[use] = value }
                }
            }
            let inputs = node.inputs.enumerated().map { slot, value in
                (rerouted.isEmpty ? nil : rerouted[Patch.Use(node.id, slot)]) ?? rebuild[value]!
            }
            try rebuild.keep(node, inputs)
            for index in behind[node.id] ?? [] {
                guard case .values(let values) = wanted[index].patch.target else { continue }
                let types = values.map { graph.type(of: $0) }
                for (old, new) in zip(values, try make(wanted[index], types, rebuild, log)) { rebuild[old] = new }
            }
        }
        return try rebuild.finish()
    }

    /// The patches, by index, that stand before and behind each node.
    private func places(of wanted: [Wanted], in graph: Graph) -> (before: [NodeID: [Int]], behind: [NodeID: [Int]]) {
        var before: [NodeID: [Int]] = [:], behind: [NodeID: [Int]] = [:]
        for (index, item) in wanted.enumerated() {
            switch item.patch.target {
            case .uses(let uses):
                if let first = graph.first(of: uses.flatMap { $0.map(\.node) }) {
                    before[first, default: []].append(index)
                }
            case .values:
                if let last = graph.last(of: item.patch.covers.map(\.id)) { behind[last, default: []].append(index) }
            }
        }
        return (before, behind)
    }

    /// The values that a patch makes, of the types of what they replace.
    private func make(
        _ wanted: Wanted, _ types: [TensorType], _ rebuild: GraphRebuild, _ log: RewriteLog
    ) throws -> [Value] {
        let builder = PatchBuilder(rebuild.builder, for: wanted.patch) { rebuild[$0] }
        let values = try wanted.patch.make(builder).map(builder.resolve)
        let found = values.map { rebuild.builder.type(of: $0) }
        guard found == types else {
            throw TesseraError(
                at: "\(name), \(wanted.root.id) \(wanted.root.path)", found: "the types \(found)",
                accepted: "those of what is replaced, \(types)")
        }
        log.note(made: builder.made, by: wanted.entry)
        return values
    }
}
