import TesseraIR
import TesseraTensors

/// min(max(x, low), high); where low > high the result is high (ONNX Clip 1–13). ReLU6 is clip with 0 and 6.
public struct Clip: UnaryOp {
    public static let mnemonic = "clip"
    public static let fields = [Field<Clip>("low", \.low), Field<Clip>("high", \.high)]
    public var low = -Double.infinity
    public var high = Double.infinity

    public init() {}
    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    public func apply<T: DefinitionFloat>(_ x: T) -> T { x.isNaN ? x : min(max(x, T(low)), T(high)) }
}

extension Clip: DifferentiableOp {
    /// dx = dy where low ≤ x ≤ high, else 0 (as in PyTorch's clamp).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(ClipGradient(low: low, high: high), context.outputGradient, context.inputs[0])]
    }
}

extension Clip: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Clip", [1, 6]) { reader in
            reader.ignore("consumed_inputs")
            return [
                try reader.add(
                    Clip(low: reader.float("min", default: -.infinity), high: reader.float("max", default: .infinity)),
                    reader.input(0))
            ]
        },
        ONNXRule("Clip", [11, 12, 13]) { reader in
            let low = try reader.scalar(1) ?? -.infinity, high = try reader.scalar(2) ?? .infinity
            return [try reader.add(Clip(low: low, high: high), reader.input(0))]
        },
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        let element = writer.inputTypes[0].element
        func bound(_ name: String, _ value: Double, missing: Double) -> String {
            value == missing ? "" : writer.constant(name, Tensor(doubles: [value], element: element, shape: []))
        }
        let inputs = [writer.inputs[0], bound("min", low, missing: -.infinity), bound("max", high, missing: .infinity)]
        writer.emit("Clip", inputs: Array(inputs.prefix(1 + inputs.lastIndex { !$0.isEmpty }!)))
    }
}
