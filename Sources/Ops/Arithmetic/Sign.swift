import TesseraIR
import TesseraTensors

/// −1, 0 or 1; NaN stays NaN (ONNX Sign 9–13).
public struct Sign: UnaryOp {
    public static let mnemonic = "sign"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x > 0 ? 1 : x < 0 ? -1 : x.isNaN ? x : 0 }
}

extension Sign: DifferentiableOp {
    /// Constant wherever it has a derivative: dx = 0.
    public func gradients(_ context: GradientContext) throws -> [Value?] { [nil] }
}

extension Sign: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Sign", [9, 13]) { try [$0.add(Sign(), $0.input(0))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Sign") }
}
