import RealModule
import TesseraIR
import TesseraTensors

/// x · Φ(x) with the distribution function Φ of the standard normal distribution: ½ · x · (1 + erf(x / √2)), or with
/// `approximate` "tanh" ½ · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) (ONNX Gelu 20).
public struct Gelu: UnaryOp {
    public enum Approximation: String, Sendable, AttributeConvertible { case none, tanh }

    public static let mnemonic = "gelu"
    public static let fields = [Field<Gelu>("approximate", \.approximate)]
    public var approximate = Approximation.none

    public init() {}
    public init(approximate: Approximation) { self.approximate = approximate }

    private static let cubic = 0.044715, root = (2 / Double.pi).squareRoot()

    public func apply<T: DefinitionFloat>(_ x: T) -> T {
        let half: T = 0.5
        switch approximate {
        case .none: return half * (x * (1 + T.erf(x * T(0.5.squareRoot()))))
        case .tanh: return half * (x * (1 + T.tanh((x + x * x * x * T(Self.cubic)) * T(Self.root))))
        }
    }
}

extension Gelu: DifferentiableOp {
    /// y = ½ · x · (1 + g(x)): dx = dy · (½ · (1 + g(x)) + ½ · x · g′(x)).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.inputs[0], square = try context.add(Multiply(), x, x), gate: Value, slope: Value
        switch approximate {
        case .none:
            gate = try context.add(ErrorFunction(), context.scale(x, by: 0.5.squareRoot()))
            slope = try context.scale(context.add(Exponential(), context.scale(square, by: -0.5)), by: Self.root)
        case .tanh:
            let cube = try context.scale(context.add(Multiply(), square, x), by: Self.cubic)
            gate = try context.add(HyperbolicTangent(), context.scale(context.add(Add(), x, cube), by: Self.root))
            let outer = try context.shift(context.scale(context.add(Multiply(), gate, gate), by: -1), by: 1)
            let inner = try context.shift(context.scale(square, by: 3 * Self.cubic), by: 1)
            slope = try context.scale(context.add(Multiply(), outer, inner), by: Self.root)
        }
        let sum = try context.add(Add(), context.shift(gate, by: 1), context.add(Multiply(), x, slope))
        return [try context.add(Multiply(), context.outputGradient, context.scale(sum, by: 0.5))]
    }
}

extension Gelu: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Gelu", [20]) { reader in
            let name = try reader.string("approximate") ?? "none"
            guard let approximation = Approximation(rawValue: name) else {
                throw reader.failure("approximate \(name)", accepted: "none, tanh", kind: .invalid)
            }
            return [try reader.add(Gelu(approximate: approximation), reader.input(0))]
        }
    ]

    /// By its parts before there was the operator.
    public func export(to writer: ONNXNodeWriter) throws {
        if writer.opset >= 20 {
            return writer.emit("Gelu", attributes: ["approximate": .string(approximate.rawValue)])
        }
        let x = writer.inputs[0], element = writer.inputTypes[0].element
        func part(_ operatorType: String, _ inputs: String...) -> String {
            let name = writer.intermediate(operatorType.lowercased())
            writer.emit(operatorType, inputs: inputs, outputs: [name])
            return name
        }
        func number(_ name: String, _ value: Double) -> String {
            writer.constant(name, Tensor(doubles: [value], element: element, shape: []))
        }
        let gate: String
        switch approximate {
        case .none: gate = part("Erf", part("Mul", x, number("inner", 0.5.squareRoot())))
        case .tanh:
            let cube = part("Mul", part("Mul", part("Mul", x, x), x), number("cubic", Self.cubic))
            gate = part("Tanh", part("Mul", part("Add", x, cube), number("inner", Self.root)))
        }
        let product = part("Mul", x, part("Add", gate, number("one", 1)))
        writer.emit("Mul", inputs: [product, number("half", 0.5)])
    }
}
