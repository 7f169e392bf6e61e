import RealModule
import TesseraIR
import TesseraTensors

/// tanh(x) (ONNX Tanh 1–13).
public struct HyperbolicTangent: UnaryOp {
    public static let mnemonic = "tanh"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { T.tanh(x) }
}

extension HyperbolicTangent: DifferentiableOp {
    /// y = tanh(x): dx = dy · (1 − y²).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let y = context.output(), one = try context.builder.scalar(1, context.type(of: y).element)
        let slope = try context.add(Subtract(), one, context.add(Multiply(), y, y))
        return [try context.add(Multiply(), context.outputGradient, slope)]
    }
}

extension HyperbolicTangent: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Tanh", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(HyperbolicTangent(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Tanh") }
}
