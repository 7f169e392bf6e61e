import TesseraIR
import TesseraTensors

/// How one ONNX operator, in some of its versions, becomes nodes of the graph.
public struct ONNXRule: Sendable {
    public let operatorType: String
    /// The versions of `ONNXSchemas` that are read: each holds until the next one.
    public let versions: [Int]
    /// The input slots whose float initialisers are trained (or measured, for statistics) rather than constant.
    public let states: [Int: StateKind]
    public let read: @Sendable (ONNXNodeReader) throws -> [Value]

    public init(
        _ operatorType: String, _ versions: [Int], states: [Int: StateKind] = [:],
        read: @escaping @Sendable (ONNXNodeReader) throws -> [Value]
    ) {
        self.operatorType = operatorType
        self.versions = versions
        self.states = states
        self.read = read
    }
}

/// An op that ONNX operators are read into.
public protocol ONNXImportable: Op {
    static var onnxRules: [ONNXRule] { get }
}

/// An op of the model graph that is written as ONNX nodes.
public protocol ONNXExportable: Op {
    func export(to writer: ONNXNodeWriter) throws
}
