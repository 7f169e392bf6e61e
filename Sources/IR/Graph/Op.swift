import TesseraTensors

/// An operation: what it is called, what its attributes are, and how its outputs' types follow from its inputs'.
/// What else an op can do is said by the protocols below it, so that no op has to promise what it does not have.
public protocol Op: Sendable {
    /// The name in the graph text, in camel case.
    static var mnemonic: String { get }
    /// The attributes, typed, with their defaults as in `init()`.
    static var fields: [Field<Self>] { get }
    /// The op with every attribute at its default.
    init()
    /// The types of the outputs; throws where the inputs' number, element types or dimensions do not fit.
    func outputTypes(for inputs: [TensorType]) throws -> [TensorType]
}

extension Op {
    public static var fields: [Field<Self>] { [] }
}

/// An op with a definition: the plain evaluation that every kernel, fusion and gradient is judged against.
public protocol DefinedOp: Op {
    /// The outputs for inputs of the types that `outputTypes(for:)` accepts. Sums are taken in Double.
    func evaluate(_ inputs: [Tensor]) throws -> [Tensor]
}

/// An op whose gradient is built from other ops.
public protocol DifferentiableOp: Op {
    /// The gradients with respect to the inputs, nil where an input has none or none is wanted.
    func gradients(_ context: GradientContext) throws -> [Value?]
}

/// An op of the backward pass that reads an activation of the forward pass.
public protocol ActivationReader: Op {
    /// The input that is the activation.
    var activationInput: Int { get }
}

/// An op made by passes only: its meaning is the ops it expands to.
public protocol FusedOp: Op {
    /// Adds the model ops this op stands for and returns the values of its outputs.
    func expand(_ inputs: [Value], into builder: GraphBuilder) throws -> [Value]
}

/// What an op's gradient rule sees: the node, the gradients that reach its outputs, and the graph to add to.
public struct GradientContext {
    public let builder: GraphBuilder
    public let node: Node
    /// One per output; nil where nothing that matters depends on that output.
    public let outputGradients: [Value?]
    /// One per input: whether anybody asked for its gradient.
    public let isWanted: [Bool]

    public init(builder: GraphBuilder, node: Node, outputGradients: [Value?], isWanted: [Bool]) {
        self.builder = builder
        self.node = node
        self.outputGradients = outputGradients
        self.isWanted = isWanted
    }

    public var inputs: [Value] { node.inputs }
    public func output(_ slot: Int = 0) -> Value { node.output(slot) }

    /// The gradient that reaches the first output. Rules run only where some output has a gradient.
    public var outputGradient: Value {
        guard let gradient = outputGradients[0] else {
            fatalError("the gradient of \(node.op) was asked for without a gradient of its first output")
        }
        return gradient
    }

    public func type(of value: Value) -> TensorType { builder.type(of: value) }

    /// Adds one node under the path of the node being differentiated and returns its first output.
    public func add(_ op: any Op, _ inputs: Value...) throws -> Value {
        try builder.add(op, inputs, path: node.path, origins: node.modelNodes)[0]
    }
}

extension Op {
    /// The attributes by name, in the order of the field list.
    public var attributes: [(name: String, value: AttributeValue)] {
        Self.fields.map { ($0.name, $0.read(self)) }
    }

    /// Sets one attribute by name; throws where there is none of that name or the value has the wrong kind or range.
    public mutating func setAttribute(_ name: String, to value: AttributeValue) throws {
        guard let field = Self.fields.first(where: { $0.name == name }) else {
            let names = Self.fields.map(\.name)
            throw TesseraError(
                at: Self.mnemonic, found: "an attribute \(name)",
                accepted: names.isEmpty ? "no attributes" : names.joined(separator: ", "))
        }
        try field.write(&self, value)
    }

    /// Throws the first attribute that is out of its range.
    public func checkAttributes() throws {
        for field in Self.fields { try field.check(self) }
    }

    /// Same op, same attributes (floats by their bits).
    public func isEqual(to other: any Op) -> Bool {
        Self.mnemonic == type(of: other).mnemonic
            && attributes.elementsEqual(other.attributes) { $0.name == $1.name && $0.value == $1.value }
    }

    public var mnemonic: String { Self.mnemonic }
}
