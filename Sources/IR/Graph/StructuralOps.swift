import TesseraTensors

/// A value handed in at every run, under a name.
public struct Input: Op {
    public static let mnemonic = "input"
    public static let fields = [Field<Input>("name", \.name), Field<Input>("type", \.type)]
    public var name = ""
    public var type = TensorType(.float32, [])

    public init() {}
    public init(name: String, type: TensorType) {
        self.name = name
        self.type = type
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { [type] }
}

/// What a state is for: it decides who may train it, where it is stored and how it is named in checkpoints.
public enum StateKind: String, AttributeConvertible, CaseIterable {
    /// Trained by gradients.
    case parameter
    /// Measured while training, such as the running mean of a norm.
    case statistic
    /// Kept by the optimiser beside a parameter.
    case optimizer
    /// Counts steps.
    case counter
}

/// A value that outlives the run: read here, replaced at the end of the step where the graph has an update for its
/// path.
public struct State: Op {
    public static let mnemonic = "state"
    public static let fields = [
        Field<State>("path", \.path), Field<State>("kind", \.kind), Field<State>("type", \.type),
    ]
    public var path = ""
    public var kind = StateKind.parameter
    public var type = TensorType(.float32, [])

    public init() {}
    public init(path: String, kind: StateKind, type: TensorType) {
        self.path = path
        self.kind = kind
        self.type = type
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { [type] }
}

/// A tensor that never changes.
public struct Constant: DefinedOp {
    public static let mnemonic = "constant"
    public static let fields = [Field<Constant>("value", \.value)]
    public var value = TensorLiteral(Tensor(scalar: Float(0)))

    public init() {}
    public init(_ tensor: Tensor) { value = TensorLiteral(tensor) }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { [value.type] }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        guard let tensor = value.tensor else {
            throw TesseraError(
                at: "constant #\(value.digest)", found: "only its digest",
                accepted: "the tensor itself, supplied when the text is parsed")
        }
        return [tensor]
    }
}
