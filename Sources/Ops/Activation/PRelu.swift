import TesseraIR
import TesseraTensors

/// x, or slope · x below 0 (ONNX PRelu 7–16). The slope broadcasts.
public struct PRelu: BinaryOp {
    public static let mnemonic = "prelu"
    public init() {}
    public func apply<T: DefinitionFloat>(_ x: T, _ slope: T) -> T { x < 0 ? x * slope : x }
}

extension PRelu: DifferentiableOp {
    /// dx = dy, or slope · dy where x < 0; dslope = x · dy where x < 0, else 0, summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, x = context.inputs[0], slope = context.inputs[1]
        let isNegative = try context.isNegative(x)
        func times(_ factor: Value, otherwise: Value, like operand: Value) throws -> Value {
            let product = try context.add(Multiply(), dy, factor)
            return try context.sum(context.add(Where(), isNegative, product, otherwise), toTypeOf: operand)
        }
        let zero = try context.builder.scalar(0, context.type(of: dy).element)
        return [
            context.isWanted[0] ? try times(slope, otherwise: dy, like: x) : nil,
            context.isWanted[1] ? try times(x, otherwise: zero, like: slope) : nil,
        ]
    }
}

extension PRelu: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("PRelu", [7, 9, 16], states: [1: .parameter]) { reader in
            let x = try reader.input(0)
            guard let slope = try reader.oneWay(1, onto: reader.type(0).dimensions) else { return [] }
            return [try reader.add(PRelu(), x, slope)]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("PRelu") }
}
