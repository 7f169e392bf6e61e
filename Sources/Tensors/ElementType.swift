/// The element types of tensors: those of ONNX that have a fixed width of whole bytes and are no strings or complex
/// numbers.
public enum ElementType: String, Sendable, CaseIterable, Hashable {
    case float64 = "f64", float32 = "f32", float16 = "f16", bfloat16 = "bf16"
    case int8 = "i8", int16 = "i16", int32 = "i32", int64 = "i64"
    case uint8 = "u8", uint16 = "u16", uint32 = "u32", uint64 = "u64"
    case bool = "bool"

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    public var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        default: false
        }
    }

    public var isSignedInteger: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    public var isUnsignedInteger: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64: true
        default: false
        }
    }

    public var isInteger: Bool { isSignedInteger || isUnsignedInteger }
}

/// A Swift type that is stored as is in a tensor of one element type.
public protocol TensorElement: BitwiseCopyable, Sendable {
    static var elementType: ElementType { get }
}

extension Double: TensorElement { public static var elementType: ElementType { .float64 } }
extension Float: TensorElement { public static var elementType: ElementType { .float32 } }
extension Int8: TensorElement { public static var elementType: ElementType { .int8 } }
extension Int16: TensorElement { public static var elementType: ElementType { .int16 } }
extension Int32: TensorElement { public static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .int64 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .uint8 } }
extension UInt16: TensorElement { public static var elementType: ElementType { .uint16 } }
extension UInt32: TensorElement { public static var elementType: ElementType { .uint32 } }
extension UInt64: TensorElement { public static var elementType: ElementType { .uint64 } }
extension Bool: TensorElement { public static var elementType: ElementType { .bool } }
extension BFloat16: TensorElement { public static var elementType: ElementType { .bfloat16 } }
#if !(os(macOS) && arch(x86_64))
    extension Float16: TensorElement { public static var elementType: ElementType { .float16 } }
#endif
