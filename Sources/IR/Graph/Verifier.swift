import TesseraTensors

/// Checks the rules that every graph keeps, independently of the code that builds graphs:
///
/// - R1: node ids are unique.
/// - R2: every input is an output of an earlier node.
/// - R3: attributes are in range and the output types are those the op gives for its inputs' types.
/// - R4: inputs have different names; states have different paths.
/// - R5: outputs have different names and name existing values.
/// - R6: an update names a state of the graph, once, with a value of the state's type.
public enum Verifier {
    /// Throws the first broken rule.
    public static func verify(_ graph: Graph) throws {
        var types = ValueMap<TensorType>(for: graph)
        var ids = Set<NodeID>(minimumCapacity: graph.nodes.count)
        for node in graph.nodes {
            try require(ids.insert(node.id).inserted, "R1", node, "a second node \(node.id)")
            for input in node.inputs {
                try require(types[input] != nil, "R2", node, "the input \(input), which no earlier node defines")
            }
            let expected: [TensorType]
            do {
                try node.op.checkAttributes()
                expected = try node.op.outputTypes(for: node.inputs.map { types[$0]! })
            } catch { throw broken("R3", place(node), "\(error)") }
            try require(
                expected == node.outputTypes, "R3", node, "the types \(node.outputTypes) where the op gives \(expected)"
            )
            for slot in node.outputTypes.indices { types[node.output(slot)] = node.outputTypes[slot] }
        }
        try requireUnique(graph.inputs.map(\.name), "R4", "input")
        let states = graph.states
        try requireUnique(states.map(\.state.path), "R4", "state")
        try requireUnique(graph.outputs.map(\.name), "R5", "output")
        for output in graph.outputs where types[output.value] == nil {
            throw broken("R5", "output \(output.name)", "the value \(output.value), which does not exist")
        }
        try requireUnique(graph.updates.map(\.path), "R6", "update")
        let stateTypes = Dictionary(states.map { ($0.state.path, $0.state.type) }) { a, _ in a }
        for update in graph.updates {
            guard let type = stateTypes[update.path] else {
                throw broken("R6", "update \(update.path)", "no state of that path")
            }
            guard types[update.value] == type else {
                throw broken(
                    "R6", "update \(update.path)",
                    "a value \(types[update.value].map(\.description) ?? "that does not exist") for a state \(type)")
            }
        }
    }

    private static func broken(_ rule: String, _ location: String, _ found: String) -> TesseraError {
        TesseraError(at: "graph rule \(rule), \(location)", found: found)
    }

    private static func require(_ condition: Bool, _ rule: String, _ node: Node, _ found: @autoclosure () -> String)
        throws
    {
        if !condition { throw broken(rule, place(node), found()) }
    }

    private static func place(_ node: Node) -> String { "\(node.id) \(node.op.mnemonic) \(node.path)" }

    private static func requireUnique(_ names: [String], _ rule: String, _ what: String) throws {
        var seen = Set<String>(minimumCapacity: names.count)
        for name in names where !seen.insert(name).inserted {
            throw broken(rule, "\(what) \(name)", "the same name twice")
        }
    }
}
