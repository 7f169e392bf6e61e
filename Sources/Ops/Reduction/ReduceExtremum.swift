import TesseraIR
import TesseraTensors

/// The largest element over some axes, NaN where one is (ONNX ReduceMax 1–20). No axes means all of them. Of no
/// elements it is −∞, the smallest integer, or false.
public struct ReduceMaximum: ExtremumOp {
    public static let mnemonic = "reduceMax"
    public static let fields = [
        Field<ReduceMaximum>("axes", \.axes), Field<ReduceMaximum>("keepsDimensions", \.keepsDimensions),
    ]
    public static let onnxRules = [
        ONNXRule("ReduceMax", [1, 11, 12, 13, 18, 20]) { reader in
            guard let (axes, keeps) = try reader.reduction(axesAreInputSince: 18) else { return [try reader.input(0)] }
            return [try reader.add(ReduceMaximum(axes: axes, keepsDimensions: keeps), reader.input(0))]
        }
    ]
    public static let isMaximum = true
    public var axes: [Int] = []
    public var keepsDimensions = false

    public init() {}
    public init(axes: [Int], keepsDimensions: Bool = false) {
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }

    public func export(to writer: ONNXNodeWriter) throws {
        writer.emitReduction("ReduceMax", axes: axes, keepsDimensions: keepsDimensions, axesAreInputSince: 18)
    }
}

/// The smallest element over some axes, NaN where one is (ONNX ReduceMin 1–20). No axes means all of them. Of no
/// elements it is ∞, the largest integer, or true.
public struct ReduceMinimum: ExtremumOp {
    public static let mnemonic = "reduceMin"
    public static let fields = [
        Field<ReduceMinimum>("axes", \.axes), Field<ReduceMinimum>("keepsDimensions", \.keepsDimensions),
    ]
    public static let onnxRules = [
        ONNXRule("ReduceMin", [1, 11, 12, 13, 18, 20]) { reader in
            guard let (axes, keeps) = try reader.reduction(axesAreInputSince: 18) else { return [try reader.input(0)] }
            return [try reader.add(ReduceMinimum(axes: axes, keepsDimensions: keeps), reader.input(0))]
        }
    ]
    public static let isMaximum = false
    public var axes: [Int] = []
    public var keepsDimensions = false

    public init() {}
    public init(axes: [Int], keepsDimensions: Bool = false) {
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }

    public func export(to writer: ONNXNodeWriter) throws {
        writer.emitReduction("ReduceMin", axes: axes, keepsDimensions: keepsDimensions, axesAreInputSince: 18)
    }
}

/// What the two share: typing, definition and gradient.
public protocol ExtremumOp: DefinedOp, DifferentiableOp, ONNXImportable, ONNXExportable {
    static var isMaximum: Bool { get }
    var keepsDimensions: Bool { get }
    var axes: [Int] { get }
    init(axes: [Int], keepsDimensions: Bool)
}

extension ExtremumOp {
    /// Of which every number takes the place, and NaN too.
    public static var beginning: Double { isMaximum ? -.infinity : .infinity }

    /// Whether b takes the place of a.
    public static func replaces<T: Comparable>(_ a: T, _ b: T) -> Bool { isMaximum ? b > a : b < a }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        return [try Reduction.outputType(of: inputs[0], axes: axes, keepsDimensions: keepsDimensions, by: self)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0], shape = try outputTypes(for: [x.type])[0].shape!
        func extrema<T: TensorElement & Comparable>(_ values: [T], _ beginning: T) -> Tensor {
            var result = [T](repeating: beginning, count: shape.reduce(1, *))
            Reduction.forEach(x.shape, axes: axes) {
                let value = values[$0], best = result[$1]
                if Self.replaces(best, value) || value != value && best == best { result[$1] = value }
            }
            return Tensor(result, shape: shape)
        }
        switch x.element {
        case .bool: return [extrema(x.doubles(), Self.isMaximum ? 0 : 1).converted(to: .bool)]
        case .uint64: return [extrema(x.array(of: UInt64.self), Self.isMaximum ? 0 : .max)]
        case let element where element.isInteger:
            let wide = x.converted(to: .int64).array(of: Int64.self)
            let isSigned = element.isSignedInteger, least = Int64(-1) << (8 * element.byteCount - (isSigned ? 1 : 0))
            let (smallest, largest) = (isSigned ? least : 0, ~least)
            return [extrema(wide, Self.isMaximum ? smallest : largest).converted(to: element)]
        default: return [extrema(x.doubles(), Self.beginning).converted(to: x.element)]
        }
    }

    /// dy goes in equal parts to the elements that are the extremum.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.inputs[0], type = context.type(of: x), reduced = Self(axes: axes, keepsDimensions: true)
        let y = try context.add(reduced, x), zero = try context.builder.scalar(0, type.element)
        let isOther = try Self.isMaximum ? context.add(Less(), x, y) : context.add(Less(), y, x)
        let mask = try context.add(Where(), isOther, zero, context.builder.scalar(1, type.element))
        let count = try context.add(ReduceSum(axes: axes, keepsDimensions: true), mask)
        let dy = try context.add(Reshape(exactly: shape(context.type(of: y), "y")), context.outputGradient)
        return [try context.add(Multiply(), mask, context.add(Divide(), dy, count))]
    }
}
