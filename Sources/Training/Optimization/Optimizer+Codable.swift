import TesseraIR
import TesseraOps
import TesseraTensors

/// In files an optimiser is its name beside its settings, each under the name of the op's field; one that is missing
/// has its default.
extension Optimizer: Codable {
    private struct Key: CodingKey {
        static let name = Key(stringValue: "name")
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self),
            name = try container.decode(String.self, forKey: .name)
        guard let standard = Self.all.first(where: { $0.name == name }) else {
            throw TesseraError(at: "optimiser", found: "'\(name)'", accepted: Self.names)
        }
        self = standard
        for (name, value) in settings {
            if let value = try container.decodeIfPresent(like: value, forKey: Key(stringValue: name)) {
                try set(name, to: value)
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        for (name, value) in settings { try container.encode(value, forKey: Key(stringValue: name)) }
    }
}

/// Settings are flags, numbers or words.
extension KeyedDecodingContainer {
    /// A value of the same kind as another.
    fileprivate func decodeIfPresent(like other: AttributeValue, forKey key: Key) throws -> AttributeValue? {
        switch other {
        case .bool: try decodeIfPresent(Bool.self, forKey: key).map { .bool($0) }
        case .int: try decodeIfPresent(Int.self, forKey: key).map { .int($0) }
        case .float: try decodeIfPresent(Double.self, forKey: key).map { .float($0) }
        case .string: try decodeIfPresent(String.self, forKey: key).map { .string($0) }
        case .ints, .floats, .tensor, .type: preconditionFailure("\(key.stringValue) cannot be a setting: \(other)")
        }
    }
}

extension KeyedEncodingContainer {
    fileprivate mutating func encode(_ value: AttributeValue, forKey key: Key) throws {
        switch value {
        case .bool(let flag): try encode(flag, forKey: key)
        case .int(let number): try encode(number, forKey: key)
        case .float(let bits): try encode(Double(bitPattern: bits), forKey: key)
        case .string(let text): try encode(text, forKey: key)
        case .ints, .floats, .tensor, .type: preconditionFailure("\(key.stringValue) cannot be a setting: \(value)")
        }
    }
}
