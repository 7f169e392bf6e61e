import TesseraIR
import TesseraTensors

/// ONNX operators that have no op of their own: they are read as other ops, as constants, or as nothing at all.
enum ExpandedOperators {
    static let rules = identity + constant + dropout + shape + axes

    private static let identity = [ONNXRule("Identity", [1, 13, 14, 16, 19, 21, 23, 24, 25]) { [try $0.input(0)] }]

    /// Constants whose value is written as plain numbers; those with a tensor never come here, for importers treat them
    /// as initialisers. Every constant has one value, which `requireOneValue` checks.
    private static let constant = [
        ONNXRule("Constant", [1, 9, 11, 12, 13, 19, 21, 23, 24, 25]) { reader in
            try reader.node.requireOneValue()
            if let number = try reader.float("value_float") {
                return [try reader.builder.constant(Tensor(scalar: Float(number)), path: reader.node.name)]
            }
            if let number = try reader.int("value_int") {
                return [try reader.builder.constant(Tensor(scalar: Int64(number)), path: reader.node.name)]
            }
            if let numbers = try reader.floats("value_floats") {
                return [
                    try reader.builder.constant(
                        Tensor(numbers.map { Float($0) }, shape: [numbers.count]), path: reader.node.name)
                ]
            }
            if let numbers = try reader.ints("value_ints") {
                return [
                    try reader.builder.constant(
                        Tensor(numbers.map { Int64($0) }, shape: [numbers.count]), path: reader.node.name)
                ]
            }
            throw reader.failure(
                "no value of a known kind", accepted: "value, value_float, value_int, value_floats, value_ints")
        }
    ]

    /// Dropout as in inference: nothing happens. Versions 1 and 6 train unless `is_test` says otherwise, 7 and 10 never
    /// do, later ones where the third input is true.
    private static let dropout = [
        ONNXRule("Dropout", [1, 6]) { reader in
            reader.ignore("ratio", "consumed_inputs")
            guard try reader.bool("is_test") else {
                throw reader.failure(
                    "is_test 0, training mode", accepted: "is_test 1, or a model exported for inference")
            }
            return [try reader.input(0)]
        },
        ONNXRule("Dropout", [7, 10]) { reader in
            reader.ignore("ratio")
            return [try reader.input(0)]
        },
        ONNXRule("Dropout", [12, 13, 22]) { reader in
            reader.ignore("seed")
            try reader.requireScalar(1)
            if let mode = try reader.scalar(2), mode != 0 {
                throw reader.failure("training_mode true", accepted: "false, or a model exported for inference")
            }
            return [try reader.input(0)]
        },
    ]

    /// The shape of a tensor, with stand-ins for dimensions that are open.
    private static let shape = [
        ONNXRule("Shape", [1, 13, 15, 19, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0), rank = type.rank
            func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + rank : index, 0), rank) }
            let start = clamped(try reader.int("start", default: 0)),
                end = clamped(try reader.int("end", default: rank))
            let dimensions = type.dimensions[start..<max(start, end)].map { dimension in
                switch dimension {
                case .fixed(let extent): Int64(extent)
                case .named(let name): reader.openDimensions.number(for: name)
                }
            }
            return [try reader.builder.constant(Tensor(dimensions, shape: [dimensions.count]), path: reader.node.name)]
        }
    ]

    private static let axes = [
        ONNXRule("Squeeze", [1, 11, 13, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0)
            let stated = try (reader.opset >= 13 ? reader.vector(1) : reader.ints("axes"))
            if stated?.isEmpty == true {
                // Runtimes do not agree on whether these are no axes or all of extent 1.
                throw reader.failure("an empty list of axes", accepted: "axes, or no list", kind: .invalid)
            }
            let axes =
                try stated.map { try Set(reader.axes($0, rank: type.rank)) }
                ?? Set(type.dimensions.indices.filter { type.dimensions[$0] == .fixed(1) })
            if let wrong = axes.sorted().first(where: { type.dimensions[$0] != .fixed(1) }) {
                throw reader.failure("axis \(wrong) of \(type)", accepted: "axes of extent 1", kind: .invalid)
            }
            return [
                try reader.reshape(type.dimensions.indices.filter { !axes.contains($0) }.map { type.dimensions[$0] })
            ]
        },
        ONNXRule("Unsqueeze", [1, 11, 13, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0)
            // PyTorch writes a scalar for a single axis, and runtimes take it.
            guard let stated = try (reader.opset >= 13 ? reader.vector(1, acceptsScalar: true) : reader.ints("axes"))
            else { throw reader.failure("no axes", accepted: "axes", kind: .invalid) }
            let rank = type.rank + stated.count, axes = Set(try reader.axes(stated, rank: rank))
            var rest = type.dimensions[...]
            return [try reader.reshape((0..<rank).map { axes.contains($0) ? .fixed(1) : rest.removeFirst() })]
        },
    ]
}

extension ONNXNode {
    /// Throws where a Constant has several values or none.
    public func requireOneValue() throws {
        guard attributes.count != 1 else { return }
        let names = attributes.keys.sorted().joined(separator: ", ")
        throw TesseraError(
            at: place, found: names.isEmpty ? "no value" : "the values \(names)", accepted: "one of them")
    }
}

extension ONNXNodeReader {
    /// The first input under other dimensions, one of which at most may be a name.
    fileprivate func reshape(_ dimensions: [Dimension]) throws -> Value {
        let extents = dimensions.compactMap(\.value)
        if extents.count == dimensions.count { return try add(Reshape(exactly: extents), input(0)) }
        if extents.contains(0) {
            // Beside a 0 nothing is left for −1: names and zeros stay in their places.
            let type = try type(0)
            guard
                zip(dimensions.indices, dimensions).allSatisfy({
                    ($1.value ?? 0) != 0 || $0 < type.rank && type.dimensions[$0] == $1
                })
            else {
                throw failure("an extent of 0 beside names in \(dimensions)", accepted: "numbers: bind the names first")
            }
            return try add(Reshape(to: dimensions.map { $0.value ?? 0 }), input(0))
        }
        guard dimensions.filter({ $0.value == nil }).count <= 1 else {
            throw failure("several named dimensions in \(dimensions)", accepted: "one at most: bind the others first")
        }
        return try add(Reshape(to: dimensions.map { $0.value ?? -1 }), input(0))
    }
}
