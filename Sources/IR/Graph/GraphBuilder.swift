import TesseraTensors

/// A graph under construction, shared by everything that adds to it.
public final class GraphBuilder {
    public private(set) var graph: Graph
    /// The first failure of a layer, with its path, op and shapes; thrown by `finish()`.
    public private(set) var failure: (any Error)?
    private var states: [String: Value] = [:]
    /// Nil until an input is added by name: passes copy inputs without asking.
    private var inputNames: Set<String>?

    public init(name: String = "graph") { graph = Graph(name: name) }

    /// Goes on with an existing graph.
    public init(_ graph: Graph) {
        self.graph = graph
        for entry in graph.states { states[entry.state.path] = entry.value }
    }

    public func type(of value: Value) -> TensorType { graph.type(of: value) }
    /// The op that makes a value.
    public func op(of value: Value) -> any Op { graph.op(of: value) }

    /// Adds a node and returns its outputs.
    @discardableResult
    public func add(
        _ op: any Op, _ inputs: [Value], path: String = "", origins: [NodeID] = [], id: NodeID? = nil,
        generation: Int = 0
    ) throws -> [Value] {
        let node = try graph.append(op, inputs, path: path, origins: origins, id: id, generation: generation)
        if inputNames != nil, let input = op as? Input { inputNames?.insert(input.name) }
        return node.outputs
    }

    /// Adds a node of the graph that this one is made from under its id, path and origins, with another op or inputs.
    @discardableResult
    public func add(_ op: any Op, _ inputs: [Value], keeping node: Node) throws -> [Value] {
        try add(
            op, inputs, path: node.path, origins: node.origins, id: node.id, generation: node.generation)
    }

    /// Adds a node of the graph that this one is made from as it was, on inputs of the same types.
    func copy(_ node: Node, _ inputs: [Value]) {
        var copy = node
        copy.inputs = inputs
        graph.appendTyped(copy)
        if inputNames != nil, let input = node.op as? Input { inputNames?.insert(input.name) }
    }

    public func addInput(_ name: String, _ type: TensorType) throws -> Value {
        if inputNames == nil { inputNames = Set(graph.inputs.map(\.name)) }
        if inputNames?.contains(name) == true {
            throw TesseraError(at: graph.name, found: "two inputs named \(name)", accepted: "different names")
        }
        return try add(Input(name: name, type: type), [])[0]
    }

    /// The state at `path`: declared on first use, shared afterwards; a second use must agree in type and kind.
    public func state(_ path: String, _ kind: StateKind, _ type: TensorType) throws -> Value {
        if let value = states[path] {
            guard let state = graph[value.node].op as? State, state.type == type, state.kind == kind else {
                throw TesseraError(
                    at: path, found: "a second use as \(kind.rawValue) \(type)", accepted: "\(graph[value.node].op)")
            }
            return value
        }
        let value = try add(State(path: path, kind: kind, type: type), [], path: path)[0]
        states[path] = value
        return value
    }

    public func constant(_ tensor: Tensor, path: String = "") throws -> Value {
        try add(Constant(tensor), [], path: path)[0]
    }

    /// A constant scalar of the given floating-point or integer element type.
    public func scalar(_ number: Double, _ element: ElementType) throws -> Value {
        try constant(Tensor(scalar: number).converted(to: element))
    }

    public func output(_ name: String, _ value: Value) { graph.outputs.append(.init(name: name, value: value)) }
    public func update(_ path: String, with value: Value) { graph.updates.append(.init(path: path, value: value)) }
    public func replaceOutputs(_ outputs: [Graph.Output]) { graph.outputs = outputs }

    /// Remembers the first failure, so that model authors need no `try` on every line.
    public func record(_ error: any Error) { if failure == nil { failure = error } }

    /// The graph; throws the first failure recorded while it was built.
    public func finish() throws -> Graph {
        if let failure { throw failure }
        return graph
    }
}
