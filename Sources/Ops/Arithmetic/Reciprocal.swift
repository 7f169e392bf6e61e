import TesseraIR
import TesseraTensors

/// 1 / x (ONNX Reciprocal 1–13).
public struct Reciprocal: UnaryOp {
    public static let mnemonic = "reciprocal"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { 1 / x }
}

extension Reciprocal: DifferentiableOp {
    /// y = 1 / x: dx = −dy · y².
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let y = context.output(), slope = try context.scale(context.add(Multiply(), y, y), by: -1)
        return [try context.add(Multiply(), context.outputGradient, slope)]
    }
}

extension Reciprocal: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Reciprocal", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(Reciprocal(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Reciprocal") }
}
