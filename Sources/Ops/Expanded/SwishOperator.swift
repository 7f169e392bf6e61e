import TesseraIR
import TesseraTensors

/// x · σ(alpha · x) (ONNX Swish 24).
enum SwishOperator: ExpandedOperator {
    static let onnxRules = [
        ONNXRule("Swish", [24]) { reader in
            let x = try reader.input(0), alpha = try reader.float("alpha", default: 1)
            let number = try reader.builder.scalar(alpha, reader.type(0).element)
            let inner = alpha == 1 ? x : try reader.add(Multiply(), x, number)
            return [try reader.add(Multiply(), x, reader.add(Sigmoid(), inner))]
        }
    ]
}
