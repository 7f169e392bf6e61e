/// Dropout as in inference (ONNX Dropout 1–22): nothing happens. Versions 1 and 6 train unless `is_test` says
/// otherwise, 7 and 10 never do, later ones where the third input is true; what trains is an error.
enum DropoutOperator: ExpandedOperator {
    static let onnxRules = [
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
}
