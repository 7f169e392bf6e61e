import TesseraIR
import TesseraTensors

/// a / b element by element with broadcasting (ONNX Div 7–14). Integers are rounded towards zero; by 0 they give 0.
public struct Divide: BinaryOp {
    public static let mnemonic = "div"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { a / b }
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue }
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? 0 : a / b }
}

extension Divide: DifferentiableOp {
    /// y = a / b: da = dy / b, db = −da · y, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let whole = try context.add(Divide(), context.outputGradient, context.inputs[1])
        let da = context.isWanted[0] ? try context.sum(whole, toTypeOf: context.inputs[0]) : nil
        guard context.isWanted[1] else { return [da, nil] }
        let db = try context.scale(context.add(Multiply(), whole, context.output()), by: -1)
        return [da, try context.sum(db, toTypeOf: context.inputs[1])]
    }
}

extension Divide: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Div", [7, 13, 14]) { try [$0.add(Divide(), $0.input(0), $0.input(1))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Div") }
}
