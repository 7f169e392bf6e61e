import TesseraIR
import TesseraTensors

/// A tensor in parts along one axis (ONNX Split 1–18): a slice for each output.
enum SplitOperator: ExpandedOperator {
    static let onnxRules = [
        ONNXRule("Split", [1]) { try split($0, $0.ints("split") ?? $0.vector(1)) },
        ONNXRule("Split", [2, 11]) { try split($0, $0.ints("split")) },
        ONNXRule("Split", [13]) { try split($0, $0.vector(1)) },
        ONNXRule("Split", [18]) { reader in
            let sizes = try reader.vector(1), count = try reader.int("num_outputs")
            guard (sizes == nil) != (count == nil), count == nil || count == reader.node.outputs.count else {
                throw reader.failure(
                    "\(sizes.map { "the sizes \($0)" } ?? "no sizes") and \(count.map { "num_outputs \($0)" } ?? "no num_outputs")",
                    accepted: "one of them, for \(reader.node.outputs.count) outputs", kind: .invalid)
            }
            return try split(reader, sizes, roundsUp: true)
        },
    ]

    /// Slices of the stated sizes, one after the other; equal ones where no sizes are stated, the last one smaller.
    private static func split(
        _ reader: ONNXNodeReader, _ sizes: [Int]?, roundsUp: Bool = false
    ) throws -> [Value] {
        let type = try reader.type(0), count = reader.node.outputs.count
        let axis = try reader.axis(reader.int("axis", default: 0), rank: type.rank)
        guard let extent = type.dimensions[axis].value else {
            throw reader.failure("axis \(axis) of \(type)", accepted: "a number there: bind it first")
        }
        guard sizes != nil || roundsUp || extent % count == 0 else {
            throw reader.failure(
                "\(extent) elements in \(count) parts", accepted: "equal parts, or sizes", kind: .invalid)
        }
        let part = (extent + count - 1) / count
        let ends = (1...count).map { min($0 * part, extent) }
        let stated = sizes ?? zip(ends, [0] + ends).map { $0 - $1 }
        guard stated.count == count, stated.allSatisfy({ (0...extent).contains($0) }), stated.reduce(0, +) == extent
        else {
            throw reader.failure(
                "the sizes \(stated) of \(extent) elements in \(count) parts", accepted: "sizes that fill the axis",
                kind: .invalid)
        }
        if count == 1 { return [try reader.input(0)] }
        var first = 0
        return try stated.map { size in
            defer { first += size }
            return try reader.add(Slice(axis: axis, start: first, end: first + size), reader.input(0))
        }
    }
}
