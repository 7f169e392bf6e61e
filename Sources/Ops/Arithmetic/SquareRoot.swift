import TesseraIR
import TesseraTensors

/// √x, NaN below 0 (ONNX Sqrt 1–13).
public struct SquareRoot: UnaryOp {
    public static let mnemonic = "sqrt"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x.squareRoot() }
}

extension SquareRoot: DifferentiableOp {
    /// y = √x: dx = dy / (2y).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Divide(), context.outputGradient, context.scale(context.output(), by: 2))]
    }
}

extension SquareRoot: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Sqrt", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(SquareRoot(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Sqrt") }
}
