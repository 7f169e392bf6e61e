import RealModule
import TesseraIR
import TesseraTensors

/// eˣ (ONNX Exp 1–13).
public struct Exponential: UnaryOp {
    public static let mnemonic = "exp"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { T.exp(x) }
}

extension Exponential: DifferentiableOp {
    /// y = eˣ: dx = dy · y.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Multiply(), context.outputGradient, context.output())]
    }
}

extension Exponential: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Exp", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(Exponential(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Exp") }
}
