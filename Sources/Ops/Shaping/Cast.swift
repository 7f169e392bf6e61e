import TesseraIR
import TesseraTensors

/// The elements in another type (ONNX Cast 6–25): floats to integers truncate towards zero, and saturate where ONNX
/// leaves them undefined; anything but 0 is true.
public struct Cast: DefinedOp {
    public static let mnemonic = "cast"
    public static let fields = [Field<Cast>("to", \.target)]
    public var target = ElementType.float32

    public init() {}
    public init(to target: ElementType) { self.target = target }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        return [TensorType(target, inputs[0].dimensions)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] { [inputs[0].converted(to: target)] }
}

extension Cast: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        elementwiseFootprints(inputs)
    }
}

extension Cast: DifferentiableOp {
    /// y = x between floating-point types: dx = dy in x's type. Other conversions have no gradient.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let source = context.type(of: context.inputs[0]).element
        return [
            source.isFloatingPoint && target.isFloatingPoint
                ? try context.add(Cast(to: source), context.outputGradient) : nil
        ]
    }
}

extension Cast: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Cast", [6, 9, 13, 19, 21, 23, 24, 25, 28]) { reader in
            _ = try reader.bool("saturate")
            reader.ignore("round_mode")
            let code = try reader.int("to", default: 0)
            guard let target = ElementType(onnxCode: code) else {
                throw reader.failure(
                    "the type \(ElementType.onnxName(code))",
                    accepted: ElementType.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return [try reader.cast(reader.input(0), to: target)]
        },
        ONNXRule("CastLike", [15, 19, 21, 23, 24, 25]) { reader in
            _ = try reader.bool("saturate")
            reader.ignore("round_mode")
            return [try reader.cast(reader.input(0), to: reader.type(1).element)]
        },
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Cast", attributes: ["to": .int(Int64(target.onnxCode))])
    }
}

extension ONNXNodeReader {
    fileprivate func cast(_ value: Value, to target: ElementType) throws -> Value {
        builder.type(of: value).element == target ? value : try add(Cast(to: target), value)
    }
}
