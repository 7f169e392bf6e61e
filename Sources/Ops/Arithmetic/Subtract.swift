import TesseraIR
import TesseraTensors

/// a − b with broadcasting (ONNX Sub 7–14).
public struct Subtract: BinaryOp {
    public static let mnemonic = "sub"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { a - b }
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { a &- b }
}

extension Subtract: DifferentiableOp {
    /// y = a − b: da = dy, db = −dy, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient
        let da = context.isWanted[0] ? try context.sum(dy, toTypeOf: context.inputs[0]) : nil
        guard context.isWanted[1] else { return [da, nil] }
        let minusOne = try context.builder.scalar(-1, context.type(of: dy).element)
        return [da, try context.sum(context.add(Multiply(), dy, minusOne), toTypeOf: context.inputs[1])]
    }
}

extension Subtract: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Sub", [7, 13, 14]) { try [$0.add(Subtract(), $0.input(0), $0.input(1))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Sub") }
}
