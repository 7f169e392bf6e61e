import TesseraTensors

/// A static graph: nodes in topological order, named outputs, and updates that replace states at the end of a step.
/// Inputs and states are nodes (`Input`, `State`); uses are derived, never stored.
public struct Graph: Sendable {
    public struct Output: Sendable, Hashable {
        public let name: String
        public let value: Value
        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// At the end of a step the state at `path` becomes `value`.
    public struct Update: Sendable, Hashable {
        public let path: String
        public let value: Value
        public init(path: String, value: Value) {
            self.path = path
            self.value = value
        }
    }

    public var name: String
    public private(set) var nodes: [Node] = []
    public var outputs: [Output] = []
    public var updates: [Update] = []
    private var positions = NodePositions()
    private(set) var nextID = 0

    public init(name: String = "graph") { self.name = name }

    /// A graph of nodes that nobody has checked: for the tests of the verifier.
    package init(unchecked nodes: [Node]) {
        name = "unchecked"
        self.nodes = nodes
        for (position, node) in nodes.enumerated() { positions[node.id] = position }
        nextID = (nodes.map(\.id.rawValue).max() ?? -1) + 1
    }

    /// The node of that id; it must exist.
    public subscript(id: NodeID) -> Node {
        nodes[position(of: id)]
    }

    private func position(of id: NodeID) -> Int {
        guard let position = positions[id] else { fatalError("the graph \(name) has no node \(id)") }
        return position
    }

    /// The one of some nodes that stands first in the graph.
    public func first(of ids: [NodeID]) -> NodeID? { ids.min { position(of: $0) < position(of: $1) } }
    /// The one of some nodes that stands last in the graph.
    public func last(of ids: [NodeID]) -> NodeID? { ids.max { position(of: $0) < position(of: $1) } }

    public func contains(_ id: NodeID) -> Bool { positions[id] != nil }
    public func type(of value: Value) -> TensorType { nodes[position(of: value.node)].outputTypes[value.slot] }
    /// The op that makes a value.
    public func op(of value: Value) -> any Op { nodes[position(of: value.node)].op }

    public var inputs: [(name: String, value: Value, type: TensorType)] {
        nodes.compactMap { node in (node.op as? Input).map { ($0.name, node.output(), $0.type) } }
    }

    public var states: [(state: State, value: Value)] {
        nodes.compactMap { node in (node.op as? State).map { ($0, node.output()) } }
    }

    /// For every value, the nodes that read it, in order.
    public func uses() -> [Value: [NodeID]] {
        var result: [Value: [NodeID]] = [:]
        for node in nodes { for input in node.inputs { result[input, default: []].append(node.id) } }
        return result
    }

    /// Every value that an output or an update names.
    public var results: [Value] { outputs.map(\.value) + updates.map(\.value) }

    /// Appends a node; its types are computed and its attributes checked here, so a graph is typed by construction.
    /// `id` is given where a rewrite or a parser keeps a node's name; a new one otherwise.
    @discardableResult
    public mutating func append(
        _ op: any Op, _ inputs: [Value], path: String = "", origins: [NodeID] = [], id: NodeID? = nil,
        generation: Int = 0
    ) throws -> Node {
        let types = try inputs.map { input in
            guard let position = positions[input.node], input.slot < nodes[position].outputTypes.count else {
                throw TesseraError(
                    at: path.isEmpty ? op.mnemonic : path, found: "an input \(input) that no earlier node defines",
                    accepted: "values of earlier nodes")
            }
            return nodes[position].outputTypes[input.slot]
        }
        let outputTypes: [TensorType]
        do {
            try op.checkAttributes()
            outputTypes = try op.outputTypes(for: types)
            if let large = outputTypes.first(where: { !$0.isWithinLimit }) {
                throw TesseraError(
                    at: op.mnemonic, found: "a tensor \(large)", accepted: "at most \(TensorType.elementLimit) elements"
                )
            }
        } catch let error as TesseraError {
            throw path.isEmpty ? error : error.within(path)
        }
        let node = Node(
            id: id ?? NodeID(nextID), op: op, inputs: inputs, outputTypes: outputTypes, path: path, origins: origins,
            generation: generation)
        appendTyped(node)
        return node
    }

    /// Appends a node that has its types already: one of another graph, on inputs of the same types as there.
    mutating func appendTyped(_ node: Node) {
        precondition(positions[node.id] == nil, "node \(node.id) exists already")
        nextID = max(nextID, node.id.rawValue + 1)
        positions[node.id] = nodes.count
        nodes.append(node)
    }

    /// From now on new nodes get ids from here on: a rewritten graph never reuses an id of the graph it came from.
    public mutating func reserveIDs(of other: Graph) { nextID = max(nextID, other.nextID) }

    /// Whether this is the other graph unchanged: nothing was rebuilt. False may be wrong where all was made anew.
    package func isUnchanged(from other: Graph) -> Bool {
        hasNodes(of: other) && outputs == other.outputs && updates == other.updates
    }

    private func hasNodes(of other: Graph) -> Bool {
        nodes.withUnsafeBufferPointer { own in
            other.nodes.withUnsafeBufferPointer { own.baseAddress == $0.baseAddress && own.count == $0.count }
        }
    }

    /// The total number of elements of the states of one kind.
    public func elementCount(of kind: StateKind) -> Int {
        states.filter { $0.state.kind == kind }.reduce(0) { $0 + ($1.state.type.elementCount ?? 0) }
    }
}

extension Graph: Equatable {
    /// Same nodes under the same ids, same outputs and updates; constants by digest, floats by bits.
    public static func == (a: Graph, b: Graph) -> Bool {
        a.name == b.name && a.outputs == b.outputs && a.updates == b.updates
            && (a.hasNodes(of: b)
                || a.nodes.elementsEqual(b.nodes) { x, y in
                    x.id == y.id && x.inputs == y.inputs && x.outputTypes == y.outputTypes && x.path == y.path
                        && x.origins == y.origins && x.generation == y.generation && x.op.isEqual(to: y.op)
                })
    }
}
