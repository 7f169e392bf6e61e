import TesseraTensors

/// The stable name of a node: given once, never reused, kept by every rewrite that keeps the node.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let rawValue: Int
    public init(_ rawValue: Int) { self.rawValue = rawValue }
    public static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }
    public var description: String { "%\(rawValue)" }
}

/// One output of one node.
public struct Value: Hashable, Sendable, CustomStringConvertible {
    public let node: NodeID
    public let slot: Int

    public init(_ node: NodeID, slot: Int = 0) {
        self.node = node
        self.slot = slot
    }

    /// `%4`, or `%4.1` for the second output.
    public var description: String { slot == 0 ? "\(node)" : "\(node).\(slot)" }
}

/// One application of an op. The path is that of the layer it came from; origins are the model nodes a rewritten node
/// stands for.
public struct Node: Sendable {
    public let id: NodeID
    public var op: any Op
    public var inputs: [Value]
    public internal(set) var outputTypes: [TensorType]
    public var path: String
    public var origins: [NodeID]
    /// 0 for an original, 1 or more for a node that computes a value again: nodes of different generations are never
    /// merged.
    public var generation: Int

    package init(
        id: NodeID, op: any Op, inputs: [Value], outputTypes: [TensorType], path: String = "", origins: [NodeID] = [],
        generation: Int = 0
    ) {
        self.id = id
        self.op = op
        self.inputs = inputs
        self.outputTypes = outputTypes
        self.path = path
        self.origins = origins
        self.generation = generation
    }

    /// The i-th output.
    public func output(_ slot: Int = 0) -> Value { Value(id, slot: slot) }

    public var outputs: [Value] { outputTypes.indices.map { output($0) } }

    /// The model nodes this one stands for: itself where no rewrite made it.
    public var modelNodes: [NodeID] { origins.isEmpty ? [id] : origins }
}
