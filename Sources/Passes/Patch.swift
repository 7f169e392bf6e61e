import TesseraIR
import TesseraTensors

/// A rewrite that a rule wants: what it stands for, what it replaces, and how the new nodes are made. It removes
/// nothing: covered nodes that nobody reads any more go away by themselves.
public struct Patch {
    /// One input of one node.
    public struct Use: Hashable, Sendable {
        public let node: NodeID
        public let slot: Int

        public init(_ node: NodeID, _ slot: Int) {
            self.node = node
            self.slot = slot
        }
    }

    enum Target {
        case values([Value])
        case uses([[Use]])
    }

    /// For the log: `with %7`.
    public let what: String
    /// The nodes that the new ones stand for. These get the path of the first and the origins of
    /// all.
    public let covers: [Node]
    /// Nodes that stay and that the new ones stand for too.
    let alsoOf: [Node]
    let target: Target
    let make: (PatchBuilder) throws -> [Value]

    /// Makes values of the same types in place of `values`, wherever they are read. The new nodes stand behind the last
    /// of the covered ones.
    public init(
        _ what: String, covers: [Node], alsoOf others: [Node] = [], replaces values: [Value],
        make: @escaping (PatchBuilder) throws -> [Value]
    ) {
        (self.what, self.covers, alsoOf, self.make) = (what, covers, others, make)
        target = .values(values)
    }

    /// Makes for every list of inputs the value that these read from now on. The new nodes stand before the first of
    /// the readers.
    public init(
        _ what: String, covers: [Node], reroutes uses: [[Use]], make: @escaping (PatchBuilder) throws -> [Value]
    ) {
        (self.what, self.covers, alsoOf, self.make) = (what, covers, [], make)
        target = .uses(uses)
    }
}

/// What a patch adds its nodes with. Values are named as in the graph that the rule saw.
public final class PatchBuilder {
    private let builder: GraphBuilder
    private let path: String, origins: [NodeID]
    private let new: (Value) -> Value?
    /// The nodes added so far.
    public private(set) var made: [NodeID] = []

    init(_ builder: GraphBuilder, for patch: Patch, new: @escaping (Value) -> Value?) {
        self.builder = builder
        self.new = new
        path = patch.covers.first?.path ?? ""
        var origins: [NodeID] = []
        for node in patch.covers + patch.alsoOf { origins += node.modelNodes.filter { !origins.contains($0) } }
        self.origins = origins
    }

    /// Where a value of the old graph is in the new one; values made here stay what they are.
    func resolve(_ value: Value) -> Value { new(value) ?? value }

    /// Adds a node and returns its outputs.
    public func add(_ op: any Op, _ inputs: [Value]) throws -> [Value] { try add(op, inputs, generation: 0) }

    /// Adds a node that computes what another one does, once more.
    public func again(_ node: Node) throws -> [Value] {
        try add(node.op, node.inputs, generation: node.generation + 1)
    }

    public func constant(_ tensor: Tensor) throws -> Value { try add(Constant(tensor), [])[0] }

    /// At the end of a step the state at `path` becomes `value`.
    public func update(_ path: String, with value: Value) { builder.update(path, with: resolve(value)) }

    private func add(_ op: any Op, _ inputs: [Value], generation: Int) throws -> [Value] {
        let outputs = try builder.add(
            op, inputs.map(resolve), path: path, origins: origins, generation: generation)
        made += outputs.prefix(1).map(\.node)
        return outputs
    }
}
