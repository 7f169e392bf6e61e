import RealModule
import TesseraIR
import TesseraTensors

/// x, or alpha · (eˣ − 1) below 0 (ONNX Elu 1–22).
public struct ExponentialLinear: UnaryOp {
    public static let mnemonic = "elu"
    public static let fields = [Field<ExponentialLinear>("alpha", \.alpha, onnx: "alpha")]
    public var alpha = 1.0

    public init() {}
    public init(alpha: Double) { self.alpha = alpha }

    public func apply<T: DefinitionFloat>(_ x: T) -> T { x < 0 ? T(alpha) * T.expMinusOne(x) : x }
}

extension ExponentialLinear: DifferentiableOp {
    /// dx = dy, or dy · (y + alpha) where x < 0.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient
        let slope = try context.shift(context.output(), by: alpha)
        return [
            try context.add(
                Where(), context.isNegative(context.inputs[0]), context.add(Multiply(), dy, slope), dy)
        ]
    }
}

extension ExponentialLinear: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Elu", [1, 6, 22]) { reader in
            reader.ignore("consumed_inputs")
            return try [reader.add(reader.fields(into: ExponentialLinear()), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Elu", attributes: writer.attributes(of: self))
    }
}
