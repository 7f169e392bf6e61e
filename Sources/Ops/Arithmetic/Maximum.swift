import TesseraIR
import TesseraTensors

/// The larger of a and b with broadcasting; NaN where either is (ONNX Max 1–13, of any number of operands).
public struct Maximum: BinaryOp {
    public static let mnemonic = "max"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { a >= b || a.isNaN ? a : b }
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { max(a, b) }
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { max(a, b) }
}

extension Maximum: DifferentiableOp {
    /// dy goes to the larger one, to a where they are equal; summed over repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, zero = try context.builder.scalar(0, context.type(of: dy).element)
        let isSecond = try context.add(Less(), context.inputs[0], context.inputs[1])
        return try [[zero, dy], [dy, zero]].enumerated().map { index, choice in
            guard context.isWanted[index] else { return nil }
            return try context.sum(
                context.add(Where(), isSecond, choice[0], choice[1]), toTypeOf: context.inputs[index])
        }
    }
}

extension Maximum: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Max", [1, 6]) { reader in
            reader.ignore("consumed_inputs")
            return [try reader.joined(by: Maximum(), broadcasts: false)]
        },
        ONNXRule("Max", [8, 12, 13]) { [try $0.joined(by: Maximum(), broadcasts: true)] },
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Max") }
}
