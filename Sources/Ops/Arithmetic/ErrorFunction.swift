import RealModule
import TesseraIR
import TesseraTensors

/// The error function 2/√π ∫₀ˣ e^−t² dt (ONNX Erf 9–13).
public struct ErrorFunction: UnaryOp {
    public static let mnemonic = "erf"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { T.erf(x) }
}

extension ErrorFunction: DifferentiableOp {
    /// dx = dy · 2/√π · e^−x².
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.inputs[0], square = try context.add(Multiply(), x, x)
        let bell = try context.add(Exponential(), context.scale(square, by: -1))
        return [
            try context.add(Multiply(), context.outputGradient, context.scale(bell, by: 2 / Double.pi.squareRoot()))
        ]
    }
}

extension ErrorFunction: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Erf", [9, 13]) { try [$0.add(ErrorFunction(), $0.input(0))] }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Erf") }
}
