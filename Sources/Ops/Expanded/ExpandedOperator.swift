/// An ONNX operator that has no op of its own: it is read as other ops, as a constant, or as nothing at all. Each
/// stands in a file of its own and in `OpCatalog.expandedOperators`.
public protocol ExpandedOperator: Sendable {
    /// How the operator is read, in all its versions.
    static var onnxRules: [ONNXRule] { get }
}
