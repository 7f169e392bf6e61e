import TesseraIR
import TesseraTensors

/// x with cells of one value around it (ONNX Pad 1–25, mode constant): all begins, then all ends, as in ONNX. The other
/// modes of ONNX repeat elements of x and are read as `gather`, negative pads as `slice`.
public struct Pad: DefinedOp {
    public static let mnemonic = "pad"
    public static let fields = [
        Field<Pad>("pads", \.pads, normal: .emptyWhereAll(0), accepted: "numbers that are not negative") {
            $0.allSatisfy { (0...(1 << 40)).contains($0) }
        },
        Field<Pad>("value", \.value),
    ]
    public var pads: [Int] = []
    public var value = 0.0

    public init() {}
    public init(pads: [Int], value: Double = 0) {
        self.pads = pads
        self.value = value
    }

    /// The cells before and behind each axis.
    package func cells(rank: Int) -> (before: [Int], behind: [Int]) {
        let all = pads.isEmpty ? Array(repeating: 0, count: 2 * rank) : pads
        return (Array(all.prefix(rank)), Array(all.suffix(rank)))
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let x = inputs[0], (before, behind) = cells(rank: x.rank)
        try require(
            pads.isEmpty || pads.count == 2 * x.rank, "the pads \(pads) for \(x)", accepted: "two for every axis")
        let dimensions = try x.dimensions.enumerated().map { axis, dimension in
            let added = before[axis] + behind[axis]
            return added == 0 ? dimension : .fixed(try number(dimension, "x") + added)
        }
        return [TensorType(x.element, dimensions)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let x = inputs[0], shape = try outputTypes(for: [x.type])[0].shape!, size = x.element.byteCount
        let (before, _) = cells(rank: x.rank), strides = Broadcast.strides(of: shape, to: shape)
        let first = zip(before, strides).reduce(0) { $0 + $1.0 * $1.1 }
        let count = shape.reduce(1, *)
        var result = Tensor(
            doubles: Array(repeating: value, count: count), element: x.element, shape: shape)
        x.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for (index, offset) in Broadcast.Offsets(extents: x.shape, strides: strides).enumerated() {
                    (destination.baseAddress! + (first + offset) * size).copyMemory(
                        from: source.baseAddress! + index * size, byteCount: size)
                }
            }
        }
        return [result]
    }
}

extension Pad: DifferentiableOp {
    /// dx = dy without the cells around it.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let rank = context.type(of: context.inputs[0]).rank, (before, behind) = cells(rank: rank)
        var gradient = context.outputGradient
        for axis in 0..<rank where before[axis] + behind[axis] > 0 {
            let slice = Slice(axis: axis, start: before[axis], end: behind[axis] == 0 ? .max : -behind[axis])
            gradient = try context.add(slice, gradient)
        }
        return [gradient]
    }
}

extension Pad: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Pad", [1]) { try padded($0, $0.ints("paddings"), $0.float("value", default: 0)) },
        ONNXRule("Pad", [2]) { try padded($0, $0.ints("pads"), $0.float("value", default: 0)) },
        ONNXRule("Pad", [11, 13]) { try padded($0, $0.vector(1), $0.scalar(2) ?? 0) },
        ONNXRule("Pad", [18, 19, 21, 23, 24, 25]) { reader in
            let value = try reader.scalar(2) ?? 0, rank = try reader.type(0).rank
            guard let stated = try reader.vector(3) else { return try padded(reader, reader.vector(1), value) }
            let axes = try reader.axes(stated, rank: rank), some = try reader.vector(1) ?? []
            guard some.count == 2 * axes.count else {
                throw reader.failure(
                    "\(some.count) pads for the axes \(stated)", accepted: "two an axis", kind: .invalid)
            }
            var pads = Array(repeating: 0, count: 2 * rank)
            for (index, axis) in axes.enumerated() {
                (pads[axis], pads[rank + axis]) = (some[index], some[axes.count + index])
            }
            return try padded(reader, pads, value)
        },
    ]

    private static func padded(_ reader: ONNXNodeReader, _ pads: [Int]?, _ value: Double) throws -> [Value] {
        let type = try reader.type(0), mode = try reader.string("mode") ?? "constant"
        guard let pads, pads.count == 2 * type.rank else {
            throw reader.failure(
                "\(pads?.count ?? 0) pads for \(type)", accepted: "two for every axis", kind: .invalid)
        }
        if mode != "constant" { return [try repeated(reader, pads, mode)] }
        var x = try reader.input(0)
        for axis in 0..<type.rank where pads[axis] < 0 || pads[type.rank + axis] < 0 {
            let end = pads[type.rank + axis]
            x = try reader.add(Slice(axis: axis, start: max(-pads[axis], 0), end: end < 0 ? end : .max), x)
        }
        let added = pads.map { max($0, 0) }
        return [added.allSatisfy { $0 == 0 } ? x : try reader.add(Pad(pads: added, value: value), x)]
    }

    /// The modes that repeat elements of x: one axis after the other, by the places that its cells have in x.
    private static func repeated(_ reader: ONNXNodeReader, _ pads: [Int], _ mode: String) throws -> Value {
        guard let place = modes[mode], mode != "wrap" || reader.opset >= 19 else {
            throw reader.failure("mode \(mode)", accepted: "constant, edge, reflect, and wrap from opset 19 on")
        }
        let type = try reader.type(0)
        var x = try reader.input(0)
        for axis in 0..<type.rank where pads[axis] != 0 || pads[type.rank + axis] != 0 {
            let before = pads[axis], behind = pads[type.rank + axis]
            guard let extent = type.dimensions[axis].value, extent > 0, (0...(1 << 30)).contains(before),
                (0...(1 << 30)).contains(behind)
            else {
                throw reader.failure(
                    "the pads \(before) and \(behind) in mode \(mode) along axis \(axis) of \(type)",
                    accepted: "pads that are not negative, around a number of elements")
            }
            let places = (-before..<extent + behind).map { Int64(place($0, extent)) }
            x = try reader.add(
                Gather(axis: axis), x, reader.builder.constant(Tensor(places, shape: [places.count])))
        }
        return x
    }

    private static let modes: [String: @Sendable (_ index: Int, _ extent: Int) -> Int] = [
        "edge": { min(max($0, 0), $1 - 1) },
        "reflect": { index, extent in
            let period = max(2 * (extent - 1), 1), rest = (index % period + period) % period
            return min(rest, period - rest) % extent
        },
        "wrap": { ($0 % $1 + $1) % $1 },
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        let x = writer.inputTypes[0], (before, behind) = cells(rank: x.rank)
        let value = writer.constant("value", Tensor(doubles: [value], element: x.element, shape: []))
        writer.emit("Pad", inputs: [writer.inputs[0], writer.constant("pads", before + behind), value])
    }
}
