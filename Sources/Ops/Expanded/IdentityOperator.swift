/// y = x (ONNX Identity 1–25): the input itself.
enum IdentityOperator: ExpandedOperator {
    static let onnxRules = [ONNXRule("Identity", [1, 13, 14, 16, 19, 21, 23, 24, 25]) { [try $0.input(0)] }]
}
