import TesseraIR
import TesseraTensors

/// x · min(max(x / 6 + ½, 0), 1) (ONNX HardSwish 14–22).
public struct HardSwish: UnaryOp {
    public static let mnemonic = "hardSwish"
    private static let gate = HardSigmoid(alpha: 1.0 / 6, beta: 0.5)
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { x * Self.gate.apply(x) }
}

extension HardSwish: DifferentiableOp {
    /// y = x · g(x): dx = dy · g(x) + dy · x · g′(x).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, x = context.inputs[0]
        let through = try context.add(Multiply(), dy, context.add(Self.gate, x))
        return [try context.add(Add(), through, Self.gate.gradient(of: context.add(Multiply(), dy, x), context))]
    }
}

extension HardSwish: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("HardSwish", [14, 22]) { try [$0.add(HardSwish(), $0.input(0))] }]

    /// As a product before there was the operator.
    public func export(to writer: ONNXNodeWriter) throws {
        if writer.opset >= 14 { return writer.emit("HardSwish") }
        let gate = writer.intermediate("gate")
        writer.emit("HardSigmoid", outputs: [gate], attributes: writer.attributes(of: Self.gate))
        writer.emit("Mul", inputs: [writer.inputs[0], gate])
    }
}
