import TesseraIR
import TesseraTensors

/// (x − mean) / √(variance + epsilon) · scale + bias over the axes of x from `axis` on, whose dimensions scale and bias
/// have; the bias may be missing (ONNX LayerNormalization 17, its first result).
public struct LayerNormalization: DefinedOp {
    public static let mnemonic = "layerNorm"
    public static let fields = [
        Field<LayerNormalization>("axis", \.axis, onnx: "axis"),
        Field<LayerNormalization>("epsilon", \.epsilon, onnx: "epsilon"),
    ]
    public var axis = -1
    public var epsilon = 1e-5

    public init() {}
    public init(axis: Int, epsilon: Double) {
        self.axis = axis
        self.epsilon = epsilon
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2...3)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        let normalized = inputs[0].dimensions[try normalizedAxis(axis, rank: inputs[0].rank)...]
        for type in inputs.dropFirst() {
            try require(
                type.dimensions[...] == normalized, "scale or bias of type \(type) for x of type \(inputs[0])",
                accepted: "the dimensions of x from axis \(axis) on")
        }
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0].doubles(), scale = inputs[1].doubles(), bias = inputs.count > 2 ? inputs[2].doubles() : nil
        let count = scale.count
        var result = [Double](repeating: 0, count: x.count)
        for first in stride(from: 0, to: x.count, by: max(count, 1)) {
            let row = x[first..<first + count], mean = row.reduce(0, +) / Double(count)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            let deviation = (variance + epsilon).squareRoot()
            for index in 0..<count {
                result[first + index] = (row[first + index] - mean) / deviation * scale[index] + (bias?[index] ?? 0)
            }
        }
        return [Tensor(doubles: result, element: inputs[0].element, shape: inputs[0].shape)]
    }
}

extension LayerNormalization: DifferentiableOp {
    /// With x̂ = (x − mean) / deviation and g = dy · scale: dx = (g − mean(g) − x̂ · mean(g · x̂)) / deviation,
    /// dscale = Σ dy · x̂ and dbias = Σ dy over the other axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.inputs[0], rank = context.type(of: x).rank, dy = context.outputGradient
        let axes = Array(try normalizedAxis(axis, rank: rank)..<rank)
        func mean(_ value: Value) throws -> Value {
            try context.add(ReduceMean(axes: axes, keepsDimensions: true), value)
        }
        let centred = try context.add(Subtract(), x, mean(x))
        let variance = try mean(context.add(Multiply(), centred, centred))
        let slope = try context.add(Reciprocal(), context.add(SquareRoot(), context.shift(variance, by: epsilon)))
        let standard = try context.add(Multiply(), centred, slope)
        func dx() throws -> Value {
            let g = try context.add(Multiply(), dy, context.inputs[1])
            let along = try context.add(Multiply(), standard, mean(context.add(Multiply(), g, standard)))
            let rest = try context.add(Subtract(), context.add(Subtract(), g, mean(g)), along)
            return try context.add(Multiply(), rest, slope)
        }
        func sum(_ value: Value, _ index: Int) throws -> Value? {
            context.isWanted[index] ? try context.sum(value, toTypeOf: context.inputs[index]) : nil
        }
        var gradients = [context.isWanted[0] ? try dx() : nil]
        gradients.append(try sum(context.add(Multiply(), dy, standard), 1))
        if context.inputs.count > 2 { gradients.append(try sum(dy, 2)) }
        return gradients
    }
}

extension LayerNormalization: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("LayerNormalization", [17], states: [1: .parameter, 2: .parameter]) { reader in
            // In which type the statistics are taken: here it is Double.
            reader.ignore("stash_type")
            let x = try reader.input(0), type = try reader.type(0), op = try reader.fields(into: LayerNormalization())
            let normalized = Array(type.dimensions[try reader.axis(op.axis, rank: type.rank)...])
            let scale = try reader.oneWay(1, onto: type.dimensions), bias = try reader.oneWay(2, onto: type.dimensions)
            let operands = [scale, bias].compactMap { $0 }
            if operands.allSatisfy({ reader.builder.type(of: $0).dimensions == normalized }) {
                return try reader.addAll(op, [x] + operands)
            }
            // Those that broadcast are applied behind it.
            guard let shape = TensorType(type.element, normalized).shape else {
                throw reader.failure("named dimensions from axis \(op.axis) on", accepted: "numbers: bind them first")
            }
            let ones = try reader.builder.constant(
                Tensor(doubles: Array(repeating: 1, count: shape.reduce(1, *)), element: type.element, shape: shape),
                path: reader.node.name)
            var y = try reader.add(op, x, ones)
            if let scale { y = try reader.add(Multiply(), y, scale) }
            if let bias { y = try reader.add(Add(), y, bias) }
            return [y]
        }
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        guard writer.opset >= 17 else { throw writer.failure("a layer norm", accepted: "operator set 17 or newer") }
        writer.emit("LayerNormalization", attributes: writer.attributes(of: self))
    }
}
