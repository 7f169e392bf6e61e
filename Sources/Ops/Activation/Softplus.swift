import RealModule
import TesseraIR
import TesseraTensors

/// log(1 + eˣ), in the form max(x, 0) + log(1 + e^−|x|) that does not overflow (ONNX Softplus 1).
public struct Softplus: UnaryOp {
    public static let mnemonic = "softplus"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x.isNaN ? x : max(x, 0) + T.log(onePlus: T.exp(-x.magnitude)) }
}

extension Softplus: DifferentiableOp {
    /// y = log(1 + eˣ): dx = dy · σ(x).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Multiply(), context.outputGradient, context.add(Sigmoid(), context.inputs[0]))]
    }
}

extension Softplus: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Softplus", [1, 22]) { try [$0.add(Softplus(), $0.input(0))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Softplus") }
}
