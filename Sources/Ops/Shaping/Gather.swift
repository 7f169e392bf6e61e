import TesseraIR
import TesseraTensors

/// The slices of x along one axis at the given places (ONNX Gather 1–13): (x, indices of int32 or int64) → x with the
/// axis replaced by the axes of the indices. Negative indices count from the back; one beyond the axis is an error of
/// the run.
public struct Gather: DefinedOp {
    public static let mnemonic = "gather"
    public static let fields = [Field<Gather>("axis", \.axis, onnx: "axis")]
    public var axis = 0

    public init() {}
    public init(axis: Int) { self.axis = axis }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        let along = try normalizedAxis(axis, rank: inputs[0].rank)
        try requireIndices(inputs[1])
        let dimensions = inputs[0].dimensions
        return [TensorType(inputs[0].element, dimensions[..<along] + inputs[1].dimensions + dimensions[(along + 1)...])]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0], shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        let along = axis < 0 ? axis + x.rank : axis, extent = x.shape[along]
        let places = try Gather.places(inputs[1], extent: extent)
        let outer = x.shape.prefix(along).reduce(1, *),
            run = x.shape.dropFirst(along + 1).reduce(1, *) * x.element.byteCount
        var result = Tensor(uninitialized: x.element, shape: shape)
        x.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for index in 0..<outer where run > 0 {
                    for (position, place) in places.enumerated() {
                        (destination.baseAddress! + (index * places.count + position) * run)
                            .copyMemory(from: source.baseAddress! + (index * extent + place) * run, byteCount: run)
                    }
                }
            }
        }
        return [result]
    }

    /// An index counted from the start of an axis; throws where it lies beyond.
    package static func place(_ index: Int, extent: Int) throws -> Int {
        guard index >= -extent, index < extent else {
            throw TesseraError(
                at: mnemonic, found: "the index \(index) along an axis of \(extent)",
                accepted: extent == 0 ? "none" : "\(-extent) to \(extent - 1)")
        }
        return index < 0 ? index + extent : index
    }

    static func places(_ indices: Tensor, extent: Int) throws -> [Int] {
        try indices.converted(to: .int64).array(of: Int64.self).map { try place(Int($0), extent: extent) }
    }
}

extension Op {
    func requireIndices(_ type: TensorType) throws {
        try require(
            type.element == .int32 || type.element == .int64, "indices of type \(type)", accepted: "i32 or i64")
    }
}

extension Gather: MovingOp {}

extension Gather: DifferentiableOp {
    /// dx is the sum of what dy has for each place.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let type = context.type(of: context.inputs[0]), along = try normalizedAxis(axis, rank: type.rank)
        let extent = try number(type.dimensions[along], "x")
        return [
            try context.add(GatherGradient(axis: along, extent: extent), context.outputGradient, context.inputs[1]),
            nil,
        ]
    }
}

extension Gather: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Gather", [1, 11, 13]) { reader in
            [try reader.add(reader.fields(into: Gather()), reader.input(0), reader.input(1))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Gather", attributes: writer.attributes(of: self))
    }
}
