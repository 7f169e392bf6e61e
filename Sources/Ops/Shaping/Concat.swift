import TesseraIR
import TesseraTensors

/// Joins tensors along one axis (ONNX Concat 4–13; axis defaults to 1 before version 4).
public struct Concat: DefinedOp {
    public static let mnemonic = "concat"
    public static let fields = [Field<Concat>("axis", \.axis, onnx: "axis")]
    public var axis = 1

    public init() {}
    public init(axis: Int) { self.axis = axis }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1...Int.max)
        try requireSameElement(inputs)
        let along = try normalizedAxis(axis, rank: inputs[0].rank)
        var dimensions = inputs[0].dimensions
        for type in inputs.dropFirst() {
            try require(
                type.rank == dimensions.count
                    && (0..<type.rank).allSatisfy { $0 == along || type.dimensions[$0] == dimensions[$0] },
                "operands \(inputs[0]) and \(type)", accepted: "equal dimensions but along axis \(axis)")
        }
        if inputs.count > 1 {
            dimensions[along] = .fixed(try inputs.reduce(0) { try $0 + number($1.dimensions[along], "an operand") })
        }
        return [TensorType(inputs[0].element, dimensions)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        let along = axis < 0 ? axis + shape.count : axis
        let outer = shape.prefix(along).reduce(1, *), size = inputs[0].element.byteCount
        var result = Tensor(uninitialized: inputs[0].element, shape: shape)
        let row = shape.dropFirst(along).reduce(1, *) * size
        result.withUnsafeMutableBytes { destination in
            var offset = 0
            for input in inputs {
                let run = input.shape.dropFirst(along).reduce(1, *) * size
                input.withUnsafeBytes { source in
                    for index in 0..<outer where run > 0 {
                        (destination.baseAddress! + index * row + offset).copyMemory(
                            from: source.baseAddress! + index * run, byteCount: run)
                    }
                }
                offset += run
            }
        }
        return [result]
    }
}

extension Concat: MovingOp {}

extension Concat: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        let along = axis < 0 ? axis + inputs[0].rank : axis
        guard inputs[0].rank == 4, along > 0 else { return nil }
        var before = 0
        return inputs.map { type in
            guard along > 1, let extent = type.dimensions[along].value else { return .same }
            let shifted = Footprint(first: -before, last: -before)
            before += extent
            return along == 2 ? ImageFootprint(rows: shifted) : ImageFootprint(columns: shifted)
        }
    }
}

extension Concat: DifferentiableOp {
    /// Each operand's gradient is its slice of dy.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        var start = 0
        return try context.inputs.enumerated().map { index, input in
            let type = context.type(of: input)
            let along = try normalizedAxis(axis, rank: type.rank)
            let extent = try number(type.dimensions[along], "an operand")
            defer { start += extent }
            return context.isWanted[index]
                ? try context.add(Slice(axis: along, start: start, end: start + extent), context.outputGradient) : nil
        }
    }
}

extension Concat: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Concat", [1]) { reader in
            try reader.addAll(Concat(axis: reader.int("axis", default: 1)), reader.allInputs())
        },
        ONNXRule("Concat", [4, 11, 13]) { reader in
            guard let axis = try reader.int("axis") else {
                throw reader.failure("no axis", accepted: "the attribute axis", kind: .invalid)
            }
            return try reader.addAll(Concat(axis: axis), reader.allInputs())
        },
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Concat", attributes: writer.attributes(of: self))
    }
}
