import TesseraTensors

/// The value of an attribute in its canonical form: what is printed, parsed and compared.
public enum AttributeValue: Hashable, Sendable {
    case bool(Bool)
    case int(Int)
    case ints([Int])
    /// Compared and hashed by bits, so that −0 and NaN survive.
    case float(bits: UInt64)
    case floats(bits: [UInt64])
    case string(String)
    case tensor(TensorLiteral)
    case type(TensorType)

    public static func float(_ value: Double) -> AttributeValue { .float(bits: value.bitPattern) }
}

/// A Swift type that can be an attribute.
public protocol AttributeConvertible: Sendable {
    init?(attribute: AttributeValue)
    var attribute: AttributeValue { get }
    /// In words, for error messages.
    static var attributeKind: String { get }
}

/// Of all ways to write an attribute that mean the same, the one that is printed and compared.
public struct NormalForm<V>: Sendable {
    let of: @Sendable (V) -> V

    public init(_ of: @escaping @Sendable (V) -> V) { self.of = of }

    /// Every value has one way to be written.
    public static var itself: NormalForm { NormalForm { $0 } }
}

extension NormalForm<[Int]> {
    /// Lists of one entry an axis where no entries mean `standard` everywhere.
    public static func emptyWhereAll(_ standard: Int) -> NormalForm {
        NormalForm { list in list.allSatisfy { $0 == standard } ? [] : list }
    }
}

/// One attribute of an op: its name, how to read and write it, its normal form and its range. What is read is in normal
/// form; the op itself keeps what was written.
public struct Field<O: Op>: Sendable {
    public let name: String
    /// The attribute's name in ONNX, where it is stored there under its own name.
    public let onnxName: String?
    let read: @Sendable (O) -> AttributeValue
    let write: @Sendable (inout O, AttributeValue) throws -> Void
    let check: @Sendable (O) throws -> Void

    public init<V: AttributeConvertible>(
        _ name: String, _ keyPath: WritableKeyPath<O, V> & Sendable, onnx: String? = nil,
        normal: NormalForm<V> = .itself, accepted: String = "", where isValid: (@Sendable (V) -> Bool)? = nil
    ) {
        self.name = name
        onnxName = onnx
        read = { normal.of($0[keyPath: keyPath]).attribute }
        write = { op, value in
            guard let converted = V(attribute: value) else {
                throw TesseraError(at: "\(O.mnemonic) \(name)", found: "\(value)", accepted: V.attributeKind)
            }
            op[keyPath: keyPath] = converted
        }
        check = { op in
            guard let isValid, !isValid(op[keyPath: keyPath]) else { return }
            throw TesseraError(at: "\(O.mnemonic) \(name)", found: "\(op[keyPath: keyPath])", accepted: accepted)
        }
    }
}

extension Bool: AttributeConvertible {
    public static var attributeKind: String { "true or false" }
    public var attribute: AttributeValue { .bool(self) }
    public init?(attribute: AttributeValue) {
        guard case .bool(let value) = attribute else { return nil }
        self = value
    }
}

extension Int: AttributeConvertible {
    public static var attributeKind: String { "an integer" }
    public var attribute: AttributeValue { .int(self) }
    public init?(attribute: AttributeValue) {
        guard case .int(let value) = attribute else { return nil }
        self = value
    }
}

extension Double: AttributeConvertible {
    public static var attributeKind: String { "a number" }
    public var attribute: AttributeValue { .float(self) }
    public init?(attribute: AttributeValue) {
        switch attribute {
        case .float(let bits): self.init(bitPattern: bits)
        case .int(let value): self.init(value)
        default: return nil
        }
    }
}

extension String: AttributeConvertible {
    public static var attributeKind: String { "a string" }
    public var attribute: AttributeValue { .string(self) }
    public init?(attribute: AttributeValue) {
        guard case .string(let value) = attribute else { return nil }
        self = value
    }
}

extension [Int]: AttributeConvertible {
    public static var attributeKind: String { "a list of integers" }
    public var attribute: AttributeValue { .ints(self) }
    public init?(attribute: AttributeValue) {
        guard case .ints(let value) = attribute else { return nil }
        self = value
    }
}

extension TensorType: AttributeConvertible {
    public static var attributeKind: String { "a tensor type" }
    public var attribute: AttributeValue { .type(self) }
    public init?(attribute: AttributeValue) {
        guard case .type(let value) = attribute else { return nil }
        self = value
    }
}

extension AttributeConvertible where Self: RawRepresentable, RawValue == String {
    public static var attributeKind: String { "one of the named choices of \(Self.self)" }
    public var attribute: AttributeValue { .string(rawValue) }
    public init?(attribute: AttributeValue) {
        guard case .string(let name) = attribute else { return nil }
        self.init(rawValue: name)
    }
}

extension ElementType: AttributeConvertible {}
