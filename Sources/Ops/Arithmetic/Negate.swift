import TesseraIR
import TesseraTensors

/// −x (ONNX Neg 1–13; of integers it is read as 0 − x).
public struct Negate: UnaryOp {
    public static let mnemonic = "neg"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T) -> T { -x }
}

extension Negate: DifferentiableOp {
    /// dx = −dy.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Negate(), context.outputGradient)]
    }
}

extension Negate: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Neg", [1, 6, 13]) { reader in
            reader.ignore("consumed_inputs")
            let x = try reader.input(0), element = try reader.type(0).element
            if element.isFloatingPoint { return try [reader.add(Negate(), x)] }
            let zero = try reader.builder.constant(Tensor(zeros: element, shape: []), path: reader.node.name)
            return try [reader.add(Subtract(), zero, x)]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Neg") }
}
