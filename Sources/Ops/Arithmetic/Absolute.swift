import TesseraIR
import TesseraTensors

/// |x| (ONNX Abs 1–13).
public struct Absolute: UnaryOp {
    public static let mnemonic = "abs"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x.magnitude }
}

extension Absolute: DifferentiableOp {
    /// y = |x|: dx = dy · sign(x), 0 at x = 0 as in PyTorch.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Multiply(), context.outputGradient, context.add(Sign(), context.inputs[0]))]
    }
}

extension Absolute: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Abs", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(Absolute(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Abs") }
}
