import TesseraTensors

/// Runs a graph node by node through the ops' definitions: slow, plain, and what everything else is compared with.
public enum Evaluator {
    public struct Result: Sendable {
        public var outputs: [String: Tensor] = [:]
        /// The new values of the states that the graph updates, by path.
        public var updates: [String: Tensor] = [:]
    }

    /// Throws where an input or state is missing or has another type than the graph says, or a node has no definition.
    public static func run(_ graph: Graph, inputs: [String: Tensor] = [:], states: [String: Tensor] = [:]) throws
        -> Result
    {
        let values = try allValues(of: graph, inputs: inputs, states: states)
        var result = Result()
        for output in graph.outputs { result.outputs[output.name] = values[output.value]! }
        for update in graph.updates { result.updates[update.path] = values[update.value]! }
        return result
    }

    /// Every value of the graph; for comparisons and constant folding.
    public static func allValues(of graph: Graph, inputs: [String: Tensor] = [:], states: [String: Tensor] = [:]) throws
        -> [Value: Tensor]
    {
        var values: [Value: Tensor] = [:]
        for node in graph.nodes {
            let results: [Tensor]
            switch node.op {
            case let input as Input: results = [try supplied(inputs[input.name], "input \(input.name)", input.type)]
            case let state as State: results = [try supplied(states[state.path], "state \(state.path)", state.type)]
            default: results = try evaluate(node.op, node.inputs.map { values[$0]! }, at: node.path)
            }
            for (slot, tensor) in results.enumerated() { values[node.output(slot)] = tensor }
        }
        return values
    }

    /// One op on tensors: its definition, or what it expands to.
    public static func evaluate(_ op: any Op, _ inputs: [Tensor], at path: String = "") throws -> [Tensor] {
        if let defined = op as? any DefinedOp { return try defined.evaluate(inputs) }
        guard let fused = op as? any FusedOp else {
            throw TesseraError(
                .unsupported, at: path.isEmpty ? op.mnemonic : path,
                found: "the op \(op.mnemonic), which has no definition")
        }
        let builder = GraphBuilder()
        let formal = try inputs.enumerated().map { try builder.addInput("\($0.offset)", $0.element.type) }
        for (slot, value) in try fused.expand(formal, into: builder).enumerated() { builder.output("\(slot)", value) }
        let named = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("\($0.offset)", $0.element) })
        let result = try run(try builder.finish(), inputs: named)
        return result.outputs.sorted { Int($0.key)! < Int($1.key)! }.map(\.value)
    }

    private static func supplied(_ tensor: Tensor?, _ name: String, _ type: TensorType) throws -> Tensor {
        guard let tensor else { throw TesseraError(at: name, found: "nothing", accepted: "a tensor \(type)") }
        let fits =
            tensor.element == type.element && tensor.rank == type.rank
            && zip(tensor.shape, type.dimensions).allSatisfy { $1.value == nil || $1.value == $0 }
        guard fits else { throw TesseraError(at: name, found: "a tensor \(tensor.type)", accepted: "\(type)") }
        return tensor
    }
}
