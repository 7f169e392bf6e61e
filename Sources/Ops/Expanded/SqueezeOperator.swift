import TesseraIR
import TesseraTensors

/// A tensor without some or all of its axes of extent 1 (ONNX Squeeze 1–25).
enum SqueezeOperator: ExpandedOperator {
    static let onnxRules = [
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
        }
    ]
}
