import RealModule
import TesseraIR
import TesseraTensors

/// The natural logarithm: −∞ at 0, NaN below (ONNX Log 1–13).
public struct NaturalLogarithm: UnaryOp {
    public static let mnemonic = "log"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { T.log(x) }
}

extension NaturalLogarithm: DifferentiableOp {
    /// y = ln x: dx = dy / x.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Divide(), context.outputGradient, context.inputs[0])]
    }
}

extension NaturalLogarithm: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Log", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(NaturalLogarithm(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Log") }
}
