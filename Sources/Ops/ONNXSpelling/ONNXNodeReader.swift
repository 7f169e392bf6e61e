import TesseraIR
import TesseraTensors

/// What an import rule sees of an ONNX node: its inputs as graph values, its attributes, and the graph to add to.
/// Attributes that no rule asked for are an error: nothing is silently ignored.
public final class ONNXNodeReader {
    public let node: ONNXNode
    /// The version of the standard operator set the node is written in.
    public let opset: Int
    public let builder: GraphBuilder
    /// One per input; nil where an optional input is missing.
    public let inputs: [Value?]
    /// Of the model; shared by the readers of all its nodes.
    public let openDimensions: OpenDimensions
    private let foldingBudget: FoldingBudget
    private var unread: Set<String>
    private var unreadInputs: Set<Int>

    public init(
        node: ONNXNode, opset: Int, builder: GraphBuilder, inputs: [Value?],
        openDimensions: OpenDimensions = OpenDimensions(), foldingBudget: FoldingBudget = FoldingBudget()
    ) {
        self.openDimensions = openDimensions
        self.foldingBudget = foldingBudget
        self.node = node
        self.opset = opset
        self.builder = builder
        self.inputs = inputs
        unread = Set(node.attributes.keys)
        unreadInputs = Set(inputs.indices.filter { inputs[$0] != nil })
    }

    public func failure(_ found: String, accepted: String, kind: TesseraError.Kind = .unsupported) -> TesseraError {
        TesseraError(kind, at: node.place, found: found, accepted: accepted)
    }

    /// Throws where an attribute or an input was not read by the rule.
    public func finish() throws {
        if let name = unread.sorted().first {
            throw failure("the attribute \(name)", accepted: "the attributes of version \(opset)")
        }
        if let index = unreadInputs.min() {
            throw failure("the input \(index)", accepted: "the inputs of version \(opset)")
        }
    }

    // MARK: Inputs

    public func input(_ index: Int) throws -> Value {
        guard let value = optionalInput(index) else {
            throw failure("no input \(index)", accepted: "a value there", kind: .invalid)
        }
        return value
    }

    public func optionalInput(_ index: Int) -> Value? {
        unreadInputs.remove(index)
        return index < inputs.count ? inputs[index] : nil
    }

    /// All inputs of a variadic operator.
    public func allInputs() throws -> [Value] { try inputs.indices.map(input) }

    public func type(_ index: Int) throws -> TensorType { builder.type(of: try input(index)) }

    /// The tensor of an input that must be known when the model is read, such as the shape of a Reshape.
    public func constant(_ index: Int) throws -> Tensor {
        guard let tensor = optionalConstant(index) else {
            throw failure("\(place(of: index)), which is computed at run time", accepted: "a constant")
        }
        return tensor
    }

    /// The tensor of a constant input; nil where the input is missing or not constant.
    public func optionalConstant(_ index: Int) -> Tensor? {
        guard let value = optionalInput(index), let constant = builder.op(of: value) as? Constant else {
            return nil
        }
        return constant.value.tensor
    }

    // MARK: Attributes

    private func attribute(_ name: String) -> ONNXAttribute? {
        unread.remove(name)
        return node.attributes[name]
    }

    /// Marks an attribute as understood without using it.
    public func ignore(_ names: String...) { unread.subtract(names) }

    public func int(_ name: String) throws -> Int? {
        switch attribute(name) {
        case nil: nil
        case .int(let value): Int(value)
        default: throw failure("the attribute \(name) of another kind", accepted: "an integer", kind: .invalid)
        }
    }

    public func int(_ name: String, default standard: Int) throws -> Int { try int(name) ?? standard }
    public func bool(_ name: String, default standard: Bool = false) throws -> Bool {
        try int(name).map { try flag(name, $0) } ?? standard
    }

    /// Runtimes do not agree on what other numbers mean.
    private func flag(_ name: String, _ number: Int) throws -> Bool {
        guard (0...1).contains(number) else {
            throw failure("the attribute \(name) \(number)", accepted: "0 or 1", kind: .invalid)
        }
        return number == 1
    }

    public func ints(_ name: String) throws -> [Int]? {
        switch attribute(name) {
        case nil: nil
        case .ints(let values): values.map { Int($0) }
        default: throw failure("the attribute \(name) of another kind", accepted: "a list of integers", kind: .invalid)
        }
    }

    /// A Float as the number with the fewest digits that it stands for: a stored 1e-5 is 1e-5 in Double too.
    private static func number(_ value: Float) -> Double { Double(value.description) ?? Double(value) }

    public func float(_ name: String) throws -> Double? {
        switch attribute(name) {
        case nil: nil
        case .float(let value): Self.number(value)
        default: throw failure("the attribute \(name) of another kind", accepted: "a number", kind: .invalid)
        }
    }

    public func float(_ name: String, default standard: Double) throws -> Double { try float(name) ?? standard }

    public func floats(_ name: String) throws -> [Double]? {
        switch attribute(name) {
        case nil: nil
        case .floats(let values): values.map(Self.number)
        default: throw failure("the attribute \(name) of another kind", accepted: "a list of numbers", kind: .invalid)
        }
    }

    public func string(_ name: String) throws -> String? {
        switch attribute(name) {
        case nil: nil
        case .string(let value): value
        default: throw failure("the attribute \(name) of another kind", accepted: "a string", kind: .invalid)
        }
    }

    /// The op with every field set that ONNX stores as an attribute of the node under the field's ONNX name.
    public func fields<O: Op>(into op: O) throws -> O {
        var op = op
        for field in O.fields {
            guard let name = field.onnxName, let value = attribute(name) else { continue }
            switch value {
            case .int(let number):
                try op.setAttribute(
                    field.name, to: op.isFlag(field.name) ? .bool(flag(name, Int(number))) : .int(Int(number)))
            case .ints(let numbers): try op.setAttribute(field.name, to: .ints(numbers.map { Int($0) }))
            case .float(let number): try op.setAttribute(field.name, to: .float(Self.number(number)))
            case .string(let text): try op.setAttribute(field.name, to: .string(text))
            default:
                throw failure(
                    "the attribute \(name) of an unexpected kind",
                    accepted: "an integer, integers, a number or a string", kind: .invalid)
            }
        }
        return op
    }

    // MARK: Adding nodes

    /// Adds an op on values and returns its first output.
    public func add(_ op: any Op, _ inputs: Value...) throws -> Value { try addAll(op, inputs)[0] }

    /// Adds an op on values and returns its outputs. What depends on small constants only, such as the arithmetic of
    /// shapes, is computed here and now.
    public func addAll(_ op: any Op, _ inputs: [Value]) throws -> [Value] {
        let outputs: [Value]
        do { outputs = try builder.add(op, inputs, path: node.name) } catch let error as TesseraError {
            throw node.name.isEmpty ? error.within(node.place) : error
        }
        let constants = inputs.compactMap { (builder.op(of: $0) as? Constant)?.value.tensor }
        if let name = constants.lazy.compactMap(openDimensions.name(in:)).first,
            !(op is any MovingOp) || constants.count < inputs.count
        {
            throw failure("a computation with the open dimension \(name)", accepted: "a number: bind \(name) first")
        }
        let types = (inputs + outputs).map { builder.type(of: $0) }
        guard constants.count == inputs.count, !inputs.isEmpty, op is any DefinedOp, foldingBudget.allows(types) else {
            return outputs
        }
        return try Evaluator.evaluate(op, constants, at: node.place).map { try builder.constant($0, path: node.name) }
    }
}

extension Op {
    fileprivate func isFlag(_ name: String) -> Bool {
        if case .bool = attributes.first(where: { $0.name == name })?.value { true } else { false }
    }
}
