import TesseraIR
import TesseraTensors

/// max(x, 0); NaN stays NaN (ONNX Relu 1–14).
public struct Relu: UnaryOp {
    public static let mnemonic = "relu"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x < 0 ? 0 : x }
}

extension Relu: DifferentiableOp {
    /// y = max(x, 0): dx = dy where y > 0, else 0 (0 at x = 0, as in PyTorch).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(ReluGradient(), context.outputGradient, context.output())]
    }
}

extension Relu: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Relu", [1, 6, 13, 14]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(Relu(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Relu") }
}
