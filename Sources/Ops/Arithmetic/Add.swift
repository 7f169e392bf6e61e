import TesseraIR
import TesseraTensors

/// a + b with broadcasting (ONNX Add 7–14).
public struct Add: BinaryOp {
    public static let mnemonic = "add"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { a + b }
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { a &+ b }
}

extension Add: DifferentiableOp {
    /// y = a + b: da = dy, db = dy, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        try (0..<2).map {
            context.isWanted[$0] ? try context.sum(context.outputGradient, toTypeOf: context.inputs[$0]) : nil
        }
    }
}

extension Add: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Add", [7, 13, 14]) { try [$0.add(Add(), $0.input(0), $0.input(1))] },
        ONNXRule("Sum", [1, 6]) { [try $0.joined(by: Add(), broadcasts: false)] },
        ONNXRule("Sum", [8, 13]) { [try $0.joined(by: Add(), broadcasts: true)] },
    ]

    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Add") }
}
