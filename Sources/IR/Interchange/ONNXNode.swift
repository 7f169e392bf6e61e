import TesseraTensors

/// The value of one ONNX attribute, free of the wire format.
public enum ONNXAttribute: Sendable, Equatable {
    case int(Int64)
    case float(Float)
    case string(String)
    case tensor(Tensor)
    case graph(ONNXGraph)
    case ints([Int64])
    case floats([Float])
    case strings([String])
    case tensors([Tensor])
    case graphs([ONNXGraph])
    /// Inside a function: the value of the function's own attribute of that name.
    case reference(String)
}

/// One ONNX NodeProto as a value: what an op's importer reads and its exporter writes.
public struct ONNXNode: Sendable, Equatable {
    public var operatorType: String
    /// Empty for the standard `ai.onnx` operators.
    public var domain = ""
    /// Tells functions of one name apart (IR 10).
    public var overload = ""
    public var name = ""
    /// Value names; an empty name marks a missing optional input.
    public var inputs: [String]
    public var outputs: [String]
    public var attributes: [String: ONNXAttribute]

    public init(
        _ operatorType: String, domain: String = "", name: String = "", inputs: [String], outputs: [String],
        attributes: [String: ONNXAttribute] = [:]
    ) {
        self.operatorType = operatorType
        self.domain = domain
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// What errors call the node: its operator, and its name or that of its first output.
    public var place: String { "\(operatorType) \(name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name)" }
}
