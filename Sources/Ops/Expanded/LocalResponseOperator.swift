import TesseraIR
import TesseraTensors

/// x / (bias + alpha · mean of x² over `size` neighbouring channels)^beta, in which channels that there are not count
/// as 0 (ONNX LRN 1–13): the mean is an average pool over the channels.
enum LocalResponseOperator: ExpandedOperator {
    static let onnxRules = [
        ONNXRule("LRN", [1, 13]) { reader in
            let x = try reader.input(0), type = try reader.type(0), size = try reader.int("size", default: 0)
            let spatial = type.dimensions.dropFirst(2).compactMap(\.value)
            guard type.rank >= 3, size > 0 else {
                throw reader.failure(
                    "size \(size) for \(type)", accepted: "a positive size and [N, C, spatial…]", kind: .invalid)
            }
            guard spatial.count == type.rank - 2, type.dimensions[1].value != nil else {
                throw reader.failure("named dimensions in \(type)", accepted: "a name for the batch alone")
            }
            func number(_ value: Double) throws -> Value { try reader.builder.scalar(value, type.element) }
            let channels = type.dimensions[1].value!, pixels = spatial.reduce(1, *)
            let square = try reader.add(Multiply(), x, x)
            let plane = try reader.add(Reshape(to: [0, 1, channels, pixels]), square)
            let window = AveragePool(
                kernel: [size, 1], pads: [(size - 1) / 2, 0, size / 2, 0], countsPadding: true)
            let mean = try reader.add(Reshape(to: [0, channels] + spatial), reader.add(window, plane))
            let scaled = try reader.add(Multiply(), mean, number(reader.float("alpha", default: 1e-4)))
            let base = try reader.add(Add(), scaled, number(reader.float("bias", default: 1)))
            let divisor = try reader.add(Power(), base, number(reader.float("beta", default: 0.75)))
            return [try reader.add(Divide(), x, divisor)]
        }
    ]
}
