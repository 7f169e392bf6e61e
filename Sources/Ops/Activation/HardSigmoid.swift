import TesseraIR
import TesseraTensors

/// min(max(alpha · x + beta, 0), 1); NaN stays NaN (ONNX HardSigmoid 1–22).
public struct HardSigmoid: UnaryOp {
    public static let mnemonic = "hardSigmoid"
    public static let fields = [
        Field<HardSigmoid>("alpha", \.alpha, onnx: "alpha"), Field<HardSigmoid>("beta", \.beta, onnx: "beta"),
    ]
    public var alpha = 0.2
    public var beta = 0.5

    public init() {}
    public init(alpha: Double, beta: Double) {
        self.alpha = alpha
        self.beta = beta
    }

    public func apply<T: DefinitionFloat>(_ x: T) -> T { Clip(low: 0, high: 1).apply(T(alpha) * x + T(beta)) }

    /// `gradient` times the slope at the node's input.
    func gradient(of gradient: Value, _ context: GradientContext) throws -> Value {
        let line = try context.shift(context.scale(context.inputs[0], by: alpha), by: beta)
        return try context.scale(context.add(ClipGradient(low: 0, high: 1), gradient, line), by: alpha)
    }
}

extension HardSigmoid: DifferentiableOp {
    /// dx = alpha · dy where 0 ≤ alpha · x + beta ≤ 1, else 0.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try gradient(of: context.outputGradient, context)]
    }
}

extension HardSigmoid: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("HardSigmoid", [1, 6, 22]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(reader.fields(into: HardSigmoid()), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("HardSigmoid", attributes: writer.attributes(of: self))
    }
}
