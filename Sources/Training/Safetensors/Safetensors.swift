import Foundation
import TesseraTensors

/// A `.safetensors` file: tensors by name and a map of strings. The format is eight bytes with the length of a JSON
/// header, the header, then the bytes of all tensors without gaps (huggingface/safetensors, format of version 0.4).
public struct Safetensors: Sendable, Equatable {
    public var tensors: [String: Tensor]
    /// The header's `__metadata__`.
    public var metadata: [String: String]

    /// The entry of the header that is no tensor.
    static let metadataKey = "__metadata__"

    /// Longer headers are refused, as by the reference implementation.
    public static let headerLimit = 100_000_000

    public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Writes the file at `path` whole or not at all. The same contents give the same bytes.
    public func write(to path: String) throws {
        try AtomicFile.write(bytes(), to: path)
    }
}

extension ElementType {
    /// The name of the type in a safetensors header.
    var safetensorsName: String {
        switch self {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        case .uint8: "U8"
        case .uint16: "U16"
        case .uint32: "U32"
        case .uint64: "U64"
        case .bool: "BOOL"
        }
    }

    init?(safetensorsName name: String) {
        guard let type = ElementType.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
        self = type
    }
}
