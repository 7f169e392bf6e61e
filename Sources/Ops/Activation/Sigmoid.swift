import RealModule
import TesseraIR
import TesseraTensors

/// σ(x) = 1 / (1 + e^−x), in the form that does not overflow (ONNX Sigmoid 1–13).
public struct Sigmoid: UnaryOp {
    public static let mnemonic = "sigmoid"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T {
        let e = T.exp(-x.magnitude)
        return x < 0 ? e / (1 + e) : 1 / (1 + e)
    }
}

extension Sigmoid: DifferentiableOp {
    /// y = σ(x): dx = dy · y · (1 − y).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let y = context.output()
        let one = try context.builder.scalar(1, context.type(of: y).element)
        return [
            try context.add(
                Multiply(), context.outputGradient, context.add(Multiply(), y, context.add(Subtract(), one, y)))
        ]
    }
}

extension Sigmoid: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Sigmoid", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(Sigmoid(), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Sigmoid") }
}
