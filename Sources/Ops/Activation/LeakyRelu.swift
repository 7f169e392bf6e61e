import TesseraIR
import TesseraTensors

/// x, or alpha · x below 0 (ONNX LeakyRelu 1–16).
public struct LeakyRelu: UnaryOp {
    public static let mnemonic = "leakyRelu"
    public static let fields = [Field<LeakyRelu>("alpha", \.alpha, onnx: "alpha")]
    public var alpha = 0.01

    public init() {}
    public init(alpha: Double) { self.alpha = alpha }

    public func apply<T: DefinitionFloat>(_ x: T) -> T { x < 0 ? T(alpha) * x : x }
}

extension LeakyRelu: DifferentiableOp {
    /// dx = dy, or alpha · dy where x < 0.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient
        return [try context.add(Where(), context.isNegative(context.inputs[0]), context.scale(dy, by: alpha), dy)]
    }
}

extension LeakyRelu: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("LeakyRelu", [1, 6, 16]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(reader.fields(into: LeakyRelu()), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("LeakyRelu", attributes: writer.attributes(of: self))
    }
}
