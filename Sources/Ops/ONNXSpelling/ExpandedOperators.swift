import TesseraIR
import TesseraTensors

/// ONNX operators that have no op of their own: they are read as other ops, as constants, or as nothing at all.
enum ExpandedOperators {
    static let rules = identity + constant + dropout + shape + axes

    private static let identity = [ONNXRule("Identity") { [try $0.input(0)] }]

    /// Constants whose value is written as plain numbers; those with a tensor never come here, for importers treat them
    /// as initialisers.
    private static let constant = [
        ONNXRule("Constant") { reader in
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
        ONNXRule("Dropout", 1...6) { reader in
            reader.ignore("ratio", "consumed_inputs")
            guard try reader.bool("is_test") else {
                throw reader.failure(
                    "is_test 0, training mode", accepted: "is_test 1, or a model exported for inference")
            }
            return [try reader.input(0)]
        },
        ONNXRule("Dropout", 7...11) { reader in
            reader.ignore("ratio")
            return [try reader.input(0)]
        },
        ONNXRule("Dropout", 12...Int.max) { reader in
            reader.ignore("seed")
            _ = reader.optionalInput(1)
            if reader.optionalInput(2) != nil, try reader.constant(2).doubles().first != 0 {
                throw reader.failure("training_mode true", accepted: "false, or a model exported for inference")
            }
            return [try reader.input(0)]
        },
    ]

    /// The shape of a tensor, with stand-ins for dimensions that are open.
    private static let shape = [
        ONNXRule("Shape") { reader in
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
        ONNXRule("Squeeze") { reader in
            let type = try reader.type(0)
            let stated = try (reader.opset >= 13 ? reader.integers(input: 1) : reader.ints("axes"))
            let axes =
                try stated.map { try Set($0.map { try reader.axis($0, rank: type.rank) }) }
                ?? Set(type.dimensions.indices.filter { type.dimensions[$0] == .fixed(1) })
            if let wrong = axes.sorted().first(where: { type.dimensions[$0] != .fixed(1) }) {
                throw reader.failure("axis \(wrong) of \(type)", accepted: "axes of extent 1", kind: .invalid)
            }
            return [
                try reader.reshape(type.dimensions.indices.filter { !axes.contains($0) }.map { type.dimensions[$0] })
            ]
        },
        ONNXRule("Unsqueeze") { reader in
            let type = try reader.type(0)
            guard let stated = try (reader.opset >= 13 ? reader.integers(input: 1) : reader.ints("axes")) else {
                throw reader.failure("no axes", accepted: "axes", kind: .invalid)
            }
            let rank = type.rank + stated.count
            let axes = Set(try stated.map { try reader.axis($0, rank: rank) })
            guard axes.count == stated.count else {
                throw reader.failure("axes \(stated)", accepted: "different ones", kind: .invalid)
            }
            var rest = type.dimensions[...]
            return [try reader.reshape((0..<rank).map { axes.contains($0) ? .fixed(1) : rest.removeFirst() })]
        },
    ]
}

extension ONNXNodeReader {
    /// The first input under other dimensions, one of which at most may be a name.
    fileprivate func reshape(_ dimensions: [Dimension]) throws -> Value {
        guard dimensions.filter({ $0.value == nil }).count <= 1 else {
            throw failure("several named dimensions in \(dimensions)", accepted: "one at most: bind the others first")
        }
        return try add(Reshape(to: dimensions.map { $0.value ?? -1 }), input(0))
    }
}
