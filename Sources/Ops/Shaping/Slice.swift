import TesseraIR
import TesseraTensors

/// The elements start, start + step, … before end along one axis (ONNX Slice 1–13, one axis at a time). Negative start
/// and end count from the back; both are clamped to the axis.
public struct Slice: DefinedOp {
    public static let mnemonic = "slice"
    public static let fields = [
        Field<Slice>("axis", \.axis), Field<Slice>("start", \.start), Field<Slice>("end", \.end),
        Field<Slice>("step", \.step, accepted: "not 0") { $0 != 0 },
    ]
    public var axis = 0
    public var start = 0
    public var end = Int.max
    public var step = 1

    public init() {}
    public init(axis: Int, start: Int, end: Int, step: Int = 1) {
        self.axis = axis
        self.start = start
        self.end = end
        self.step = step
    }

    /// The first index and the number of indices along an axis of the given extent.
    public func range(extent: Int) -> (first: Int, count: Int) {
        func clamped(_ index: Int, _ low: Int, _ high: Int) -> Int {
            min(max(index < 0 ? index + extent : index, low), high)
        }
        if step > 0 {
            let first = clamped(start, 0, extent), limit = clamped(end, 0, extent)
            return (first, limit > first ? (limit - first - 1) / step + 1 : 0)
        }
        if extent == 0 { return (0, 0) }
        let first = clamped(start, 0, extent - 1), limit = end < -extent ? -1 : clamped(end, -1, extent - 1)
        let size = step == Int.min ? Int.max : -step
        return (first, first > limit ? (first - limit - 1) / size + 1 : 0)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let along = try normalizedAxis(axis, rank: inputs[0].rank)
        var dimensions = inputs[0].dimensions
        if start == 0, end == .max, step == 1 { return inputs }
        dimensions[along] = .fixed(range(extent: try number(dimensions[along], "x")).count)
        return [TensorType(inputs[0].element, dimensions)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0], shape = try outputTypes(for: [x.type])[0].shape!
        let along = axis < 0 ? axis + shape.count : axis
        let (first, count) = range(extent: x.shape[along])
        let outer = shape.prefix(along).reduce(1, *),
            inner = shape.dropFirst(along + 1).reduce(1, *) * x.element.byteCount
        var result = Tensor(uninitialized: x.element, shape: shape)
        x.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for index in 0..<outer where inner > 0 {
                    for position in 0..<count {
                        (destination.baseAddress! + (index * count + position) * inner)
                            .copyMemory(
                                from: source.baseAddress! + (index * x.shape[along] + first + position * step) * inner,
                                byteCount: inner)
                    }
                }
            }
        }
        return [result]
    }
}

extension Slice: MovingOp {}

extension Slice: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        let along = axis < 0 ? axis + inputs[0].rank : axis
        guard inputs[0].rank == 4, along > 0, let extent = inputs[0].dimensions[along].value else { return nil }
        guard along > 1 else { return [.same] }
        guard step > 0 else { return nil }
        let first = range(extent: extent).first, sliced = Footprint(step: step, first: first, last: first)
        return [along == 2 ? ImageFootprint(rows: sliced) : ImageFootprint(columns: sliced)]
    }
}

extension Slice: DifferentiableOp {
    /// dx is dy at the sliced places and 0 elsewhere.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let type = context.type(of: context.inputs[0])
        let extent = try number(type.dimensions[try normalizedAxis(axis, rank: type.rank)], "x")
        return [try context.add(SliceGradient(of: self, extent: extent), context.outputGradient)]
    }
}

extension Slice: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Slice", [1]) { reader in
            try slices(reader, reader.ints("starts"), reader.ints("ends"), reader.ints("axes"), nil)
        },
        ONNXRule("Slice", [10, 11, 13]) { reader in
            try slices(
                reader, reader.vector(1), reader.vector(2), reader.vector(3), reader.vector(4))
        },
    ]

    private static func slices(
        _ reader: ONNXNodeReader, _ starts: [Int]?, _ ends: [Int]?, _ axes: [Int]?, _ steps: [Int]?
    ) throws -> [Value] {
        guard let starts, let ends, starts.count == ends.count, (axes ?? starts).count == starts.count,
            (steps ?? starts).count == starts.count
        else {
            throw reader.failure(
                "starts, ends, axes or steps of different lengths", accepted: "one of each an axis", kind: .invalid)
        }
        var value = try reader.input(0)
        let axes = axes ?? Array(starts.indices)
        _ = try reader.axes(axes, rank: reader.type(0).rank)
        for index in starts.indices {
            value = try reader.add(
                Slice(axis: axes[index], start: starts[index], end: ends[index], step: steps?[index] ?? 1),
                value)
        }
        return [value]
    }

    public func export(to writer: ONNXNodeWriter) throws {
        let bounds = [("starts", start), ("ends", end), ("axes", axis), ("steps", step)].map {
            writer.constant($0.0, [$0.1])
        }
        writer.emit("Slice", inputs: [writer.inputs[0]] + bounds)
    }
}
