import TesseraTensors

/// A named value of an ONNX graph with its type, where the file states one (nil dimensions: the rank is unknown).
public struct ONNXValueInfo: Sendable, Equatable {
    public var name: String
    public var element: ElementType?
    /// A dimension without number or name in the file is nil.
    public var dimensions: [Dimension?]?

    public init(name: String, element: ElementType?, dimensions: [Dimension?]?) {
        self.name = name
        self.element = element
        self.dimensions = dimensions
    }
}

extension ONNXValueInfo: CustomStringConvertible {
    /// The type as in the graph text, `?` for what the file does not say.
    public var description: String {
        (element?.rawValue ?? "?")
            + (dimensions.map { "[" + $0.map { $0?.description ?? "?" }.joined(separator: ",") + "]" } ?? "")
    }
}

/// An initialiser: a tensor under its name.
public struct ONNXInitializer: Sendable, Equatable {
    public var name: String
    public var tensor: Tensor

    public init(name: String, tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}

/// One ONNX GraphProto as a value, free of the wire format.
public struct ONNXGraph: Sendable, Equatable {
    public var name: String
    public var nodes: [ONNXNode]
    public var initializers: [ONNXInitializer]
    public var inputs: [ONNXValueInfo]
    public var outputs: [ONNXValueInfo]
    public var valueInfos: [ONNXValueInfo]

    public init(
        name: String = "", nodes: [ONNXNode] = [], initializers: [ONNXInitializer] = [],
        inputs: [ONNXValueInfo] = [], outputs: [ONNXValueInfo] = [], valueInfos: [ONNXValueInfo] = []
    ) {
        self.name = name
        self.nodes = nodes
        self.initializers = initializers
        self.inputs = inputs
        self.outputs = outputs
        self.valueInfos = valueInfos
    }

    /// The inputs that a caller gives: files of IR version 3 list initialisers among the inputs too, as values that
    /// could be overridden.
    public var freeInputs: [ONNXValueInfo] {
        // There may be many more initialisers than inputs.
        let declared = Set(inputs.map(\.name)),
            initialized = Set(initializers.lazy.map(\.name).filter(declared.contains))
        return initialized.isEmpty ? inputs : inputs.filter { !initialized.contains($0.name) }
    }
}

/// One ONNX ModelProto as a value: the graph, the operator sets it is written in, and who wrote it.
public struct ONNXModel: Sendable, Equatable {
    public var irVersion: Int64
    /// Domain ("" is `ai.onnx`) to version.
    public var operatorSets: [String: Int64]
    public var producerName = ""
    public var producerVersion = ""
    public var documentation = ""
    public var metadata: [(key: String, value: String)] = []
    public var functions: [ONNXFunction] = []
    public var graph: ONNXGraph

    public init(irVersion: Int64, operatorSets: [String: Int64], graph: ONNXGraph) {
        self.irVersion = irVersion
        self.operatorSets = operatorSets
        self.graph = graph
    }

    public static func == (a: ONNXModel, b: ONNXModel) -> Bool {
        a.irVersion == b.irVersion && a.operatorSets == b.operatorSets && a.producerName == b.producerName
            && a.producerVersion == b.producerVersion && a.documentation == b.documentation
            && a.functions == b.functions && a.graph == b.graph
            && a.metadata.elementsEqual(b.metadata) { $0 == $1 }
    }
}

/// A model-local function: a graph body with formal names, under its own operator sets.
public struct ONNXFunction: Sendable, Equatable {
    public var domain: String
    public var name: String
    public var overload: String
    public var inputs: [String]
    public var outputs: [String]
    public var attributes: [String]
    public var defaultAttributes: [String: ONNXAttribute]
    public var operatorSets: [String: Int64]
    public var nodes: [ONNXNode]

    public init(
        domain: String, name: String, overload: String = "", inputs: [String], outputs: [String],
        attributes: [String] = [],
        defaultAttributes: [String: ONNXAttribute] = [:], operatorSets: [String: Int64], nodes: [ONNXNode]
    ) {
        self.domain = domain
        self.name = name
        self.overload = overload
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
        self.defaultAttributes = defaultAttributes
        self.operatorSets = operatorSets
        self.nodes = nodes
    }
}
