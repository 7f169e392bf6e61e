extension ElementType {
    /// TensorProto.DataType of ONNX.
    public var onnxCode: Int {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .uint16: 4
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .bool: 9
        case .float16: 10
        case .float64: 11
        case .uint32: 12
        case .uint64: 13
        case .bfloat16: 16
        }
    }

    /// Nil for strings, complex numbers and types of less than a byte or of eight bits with a point.
    public init?(onnxCode code: Int) {
        guard let type = ElementType.allCases.first(where: { $0.onnxCode == code }) else { return nil }
        self = type
    }

    /// The name that ONNX gives a code, for messages.
    public static func onnxName(_ code: Int) -> String {
        let names = [
            "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16",
            "DOUBLE", "UINT32", "UINT64", "COMPLEX64",
            "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4", "INT4",
            "FLOAT4E2M1", "FLOAT8E8M0", "UINT2", "INT2",
        ]
        return names.indices.contains(code) ? names[code] : "\(code)"
    }
}
