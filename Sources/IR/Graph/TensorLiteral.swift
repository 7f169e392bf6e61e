import TesseraTensors

/// A tensor inside the graph. Up to sixteen elements print inline; larger ones print their digest, and a graph
/// parsed from such text knows the digest only until the tensor is supplied.
public struct TensorLiteral: Hashable, Sendable, AttributeConvertible {
    public let type: TensorType
    public let digest: String
    public let tensor: Tensor?

    public init(_ tensor: Tensor) {
        type = tensor.type
        digest = tensor.digest
        self.tensor = tensor
    }

    /// A constant known by its digest only.
    public init(type: TensorType, digest: String) {
        self.type = type
        self.digest = digest
        tensor = nil
    }

    public static func == (a: TensorLiteral, b: TensorLiteral) -> Bool { a.type == b.type && a.digest == b.digest }
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    public static var attributeKind: String { "a tensor" }
    public var attribute: AttributeValue { .tensor(self) }
    public init?(attribute: AttributeValue) {
        guard case .tensor(let literal) = attribute else { return nil }
        self = literal
    }
}
