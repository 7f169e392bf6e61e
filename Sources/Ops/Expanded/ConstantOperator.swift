import TesseraIR
import TesseraTensors

/// A constant (ONNX Constant 1–25) whose value is written as plain numbers. One with a tensor never comes here, for
/// importers treat it as an initialiser. Every constant has one value, which `requireOneValue` checks.
enum ConstantOperator: ExpandedOperator {
    static let onnxRules = [
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
