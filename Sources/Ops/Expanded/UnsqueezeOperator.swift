import TesseraIR
import TesseraTensors

/// A tensor with further axes of extent 1 (ONNX Unsqueeze 1–25).
enum UnsqueezeOperator: ExpandedOperator {
    static let onnxRules = [
        ONNXRule("Unsqueeze", [1, 11, 13, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0)
            // PyTorch writes a scalar for a single axis, and runtimes take it.
            guard let stated = try (reader.opset >= 13 ? reader.vector(1, acceptsScalar: true) : reader.ints("axes"))
            else { throw reader.failure("no axes", accepted: "axes", kind: .invalid) }
            let rank = type.rank + stated.count, axes = Set(try reader.axes(stated, rank: rank))
            var rest = type.dimensions[...]
            return [try reader.reshape((0..<rank).map { axes.contains($0) ? .fixed(1) : rest.removeFirst() })]
        }
    ]
}
