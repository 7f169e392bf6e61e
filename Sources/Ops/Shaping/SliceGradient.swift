import TesseraIR
import TesseraTensors

/// dy → dx with the given extent along the sliced axis: dy at the sliced places, 0 elsewhere.
public struct SliceGradient: DefinedOp {
    public static let mnemonic = "sliceGradient"
    public static let fields = [
        Field<SliceGradient>("axis", \.slice.axis), Field<SliceGradient>("start", \.slice.start),
        Field<SliceGradient>("end", \.slice.end),
        Field<SliceGradient>("step", \.slice.step), Field<SliceGradient>("extent", \.extent),
    ]
    public var slice = Slice()
    public var extent = 0

    public init() {}
    public init(of slice: Slice, extent: Int) {
        self.slice = slice
        self.extent = extent
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        var dimensions = inputs[0].dimensions
        dimensions[try normalizedAxis(slice.axis, rank: inputs[0].rank)] = .fixed(extent)
        let dx = TensorType(inputs[0].element, dimensions)
        try require(
            slice.outputTypes(for: [dx])[0] == inputs[0], "dy of type \(inputs[0])", accepted: "the slice of \(dx)")
        return [dx]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let dy = inputs[0], shape = try outputTypes(for: [dy.type])[0].shape!
        let along = slice.axis < 0 ? slice.axis + shape.count : slice.axis
        let (first, count) = slice.range(extent: extent)
        let outer = shape.prefix(along).reduce(1, *),
            inner = shape.dropFirst(along + 1).reduce(1, *) * dy.element.byteCount
        var result = Tensor(zeros: dy.element, shape: shape)
        dy.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for index in 0..<outer where inner > 0 {
                    for position in 0..<count {
                        (destination.baseAddress! + (index * extent + first + position * slice.step) * inner)
                            .copyMemory(
                                from: source.baseAddress! + (index * count + position) * inner, byteCount: inner)
                    }
                }
            }
        }
        return [result]
    }
}

extension SliceGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        let along = slice.axis < 0 ? slice.axis + inputs[0].rank : slice.axis
        guard inputs[0].rank == 4, along > 0 else { return nil }
        guard along > 1 else { return [.same] }
        guard slice.step > 0 else { return nil }
        let first = slice.range(extent: extent).first
        let sliced = Footprint(first: -first, last: -first, scale: slice.step)
        return [along == 2 ? ImageFootprint(rows: sliced) : ImageFootprint(columns: sliced)]
    }
}
