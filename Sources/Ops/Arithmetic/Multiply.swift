import TesseraIR
import TesseraTensors

/// a · b element by element with broadcasting (ONNX Mul 7–14).
public struct Multiply: BinaryOp {
    public static let mnemonic = "mul"
    public init() {}
    public func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T { a * b }
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { a &* b }
}

extension Multiply: DifferentiableOp {
    /// y = a·b: da = dy·b, db = dy·a, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        try (0..<2).map { index in
            guard context.isWanted[index] else { return nil }
            return try context.sum(
                context.add(Multiply(), context.outputGradient, context.inputs[1 - index]),
                toTypeOf: context.inputs[index])
        }
    }
}

extension Multiply: ONNXImportable, ONNXExportable {
    public static let onnxRules = [ONNXRule("Mul", [7, 13, 14]) { try [$0.add(Multiply(), $0.input(0), $0.input(1))] }]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Mul") }
}
