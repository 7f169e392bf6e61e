import TesseraIR
import TesseraTensors

/// a where the condition holds, else b, with broadcasting: (condition of bool, a, b) (ONNX Where 9–16).
public struct Where: DefinedOp {
    public static let mnemonic = "where"
    public init() {}

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 3)
        try require(inputs[0].element == .bool, "a condition of type \(inputs[0])", accepted: "bool")
        try requireSameElement(Array(inputs[1...]))
        return [TensorType(inputs[1].element, try Broadcast.dimensions(inputs.map(\.dimensions), at: mnemonic))]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        let condition = inputs[0].array(of: Bool.self), size = inputs[1].element.byteCount
        let offsets = Broadcast.offsets(inputs.map(\.shape), to: shape)
        var result = Tensor(uninitialized: inputs[1].element, shape: shape)
        inputs[1].withUnsafeBytes { a in
            inputs[2].withUnsafeBytes { b in
                result.withUnsafeMutableBytes { destination in
                    for (index, (c, (x, y))) in zip(offsets[0], zip(offsets[1], offsets[2])).enumerated() {
                        let source = condition[c] ? a.baseAddress! + x * size : b.baseAddress! + y * size
                        (destination.baseAddress! + index * size).copyMemory(from: source, byteCount: size)
                    }
                }
            }
        }
        return [result]
    }
}

extension Where: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        elementwiseFootprints(inputs)
    }
}

extension Where: DifferentiableOp {
    /// y = c ? a : b: da = c ? dy : 0, db = c ? 0 : dy, each summed over its repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, condition = context.inputs[0]
        let zero = try context.builder.scalar(0, context.type(of: dy).element)
        let da =
            context.isWanted[1]
            ? try context.sum(context.add(Where(), condition, dy, zero), toTypeOf: context.inputs[1]) : nil
        let db =
            context.isWanted[2]
            ? try context.sum(context.add(Where(), condition, zero, dy), toTypeOf: context.inputs[2]) : nil
        return [nil, da, db]
    }
}

extension Where: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Where", [9, 16]) { try [$0.add(Where(), $0.input(0), $0.input(1), $0.input(2))] }
    ]
    public func export(to writer: ONNXNodeWriter) throws { writer.emit("Where") }
}
