import Foundation
import TesseraIR
import TesseraTensors

/// eˣ over its sum along one axis (ONNX Softmax 1–13).
public struct Softmax: SoftmaxOp {
    public static let mnemonic = "softmax"
    public static let fields = [Field<Softmax>("axis", \.axis, onnx: "axis")]
    public static let onnxRules = [
        ONNXRule("Softmax", [1, 11], read: readFlattened), ONNXRule("Softmax", [13], read: readAlongAxis),
    ]
    public static let isLogarithm = false
    public var axis = -1

    public init() {}
    public init(axis: Int) { self.axis = axis }

    /// dx = y · (dy − Σ y · dy).
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let y = context.output(), dy = context.outputGradient
        let mean = try context.add(
            ReduceSum(axes: [axis], keepsDimensions: true), context.add(Multiply(), y, dy))
        return [try context.add(Multiply(), y, context.add(Subtract(), dy, mean))]
    }

    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Softmax", attributes: writer.attributes(of: self))
    }
}

/// The logarithm of eˣ over its sum along one axis (ONNX LogSoftmax 1–13).
public struct LogSoftmax: SoftmaxOp {
    public static let mnemonic = "logSoftmax"
    public static let fields = [Field<LogSoftmax>("axis", \.axis, onnx: "axis")]
    public static let onnxRules = [
        ONNXRule("LogSoftmax", [1, 11], read: readFlattened), ONNXRule("LogSoftmax", [13], read: readAlongAxis),
    ]
    public static let isLogarithm = true
    public var axis = -1

    public init() {}
    public init(axis: Int) { self.axis = axis }

    /// dx = dy − eʸ · Σ dy.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, sum = try context.add(ReduceSum(axes: [axis], keepsDimensions: true), dy)
        let part = try context.add(Multiply(), context.add(Exponential(), context.output()), sum)
        return [try context.add(Subtract(), dy, part)]
    }

    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("LogSoftmax", attributes: writer.attributes(of: self))
    }
}

/// What the two share: typing, definition, and how ONNX spells the axis.
public protocol SoftmaxOp: DefinedOp, DifferentiableOp, ONNXImportable, ONNXExportable {
    static var isLogarithm: Bool { get }
    var axis: Int { get }
    init(axis: Int)
}

extension SoftmaxOp {
    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try requireFloating(inputs)
        _ = try normalizedAxis(axis, rank: inputs[0].rank)
        return inputs
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = inputs[0].shape, along = axis < 0 ? axis + shape.count : axis
        let count = shape[along], inner = shape.dropFirst(along + 1).reduce(1, *)
        var values = inputs[0].doubles()
        for row in 0..<(count == 0 ? 0 : values.count / count) {
            let first = row / inner * count * inner + row % inner
            let places = (0..<count).map { first + $0 * inner }
            let largest = places.reduce(-Double.infinity) { max($0, values[$1]) }
            let sum = places.reduce(0) { $0 + exp(values[$1] - largest) }
            for place in places {
                let below = values[place] - largest
                values[place] = Self.isLogarithm ? below - log(sum) : exp(below) / sum
            }
        }
        return [Tensor(doubles: values, element: inputs[0].element, shape: shape)]
    }

    /// Before version 13 the axes from `axis` on, 1 where it is not said, count as one.
    @Sendable static func readFlattened(_ reader: ONNXNodeReader) throws -> [Value] {
        let x = try reader.input(0), type = try reader.type(0)
        let along = try reader.axis(reader.int("axis", default: 1), rank: type.rank)
        if along == type.rank - 1 { return [try reader.add(Self(axis: -1), x)] }
        let rest = type.dimensions[along...].compactMap(\.value)
        guard rest.count == type.rank - along else {
            throw reader.failure(
                "named dimensions from axis \(along) on in \(type)", accepted: "numbers: bind the names first")
        }
        if type.shape?.contains(0) == true { return [x] }
        let kept = Array(repeating: 0, count: along)
        let flat = try reader.add(Reshape(to: kept + [rest.reduce(1, *)]), x)
        return [try reader.add(Reshape(to: kept + rest), reader.add(Self(axis: -1), flat))]
    }

    @Sendable static func readAlongAxis(_ reader: ONNXNodeReader) throws -> [Value] {
        [try reader.add(Self(axis: reader.int("axis", default: -1)), reader.input(0))]
    }
}
