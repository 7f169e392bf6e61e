import Foundation

/// Names of tensors, nodes and files as bytes. Swift compares strings by canonical equivalence, so that two names of
/// different bytes could be one; these conversions keep them apart and lose no byte.
extension String {
    /// The name that the bytes are: valid UTF-8 in normalisation form C stays as it is; every byte of what is not is
    /// written `\xHH`, like control characters, and the backslash of a literal `\xHH` as `\x5C`. Different bytes give
    /// different strings.
    public init(name bytes: some Collection<UInt8>) {
        self = NameEscape.isPlain(bytes) ? String(decoding: bytes, as: UTF8.self) : NameEscape(bytes).text
    }

    /// A name as a user types it or a text has it: as it is printed, `\xHH` included, or by its own bytes.
    public init(typedName text: String) {
        self = NameEscape.isPlain(text.utf8) ? text : NameEscape(text.utf8, keepsEscapes: true).text
    }

    /// The same of a text that writes control characters in a way of its own, where they stay.
    package init(textName text: String) {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        self = isPlain ? text : NameEscape(text.utf8, keepsEscapes: true, keepsControls: true).text
    }

    /// The bytes that the name stands for: what `String(name:)` was given.
    public var nameBytes: [UInt8] {
        let bytes = Array(utf8)
        guard bytes.contains(NameEscape.backslash) else { return bytes }
        var result: [UInt8] = [], index = 0
        while index < bytes.count {
            let escaped = NameEscape.byte(in: bytes, at: index)
            result.append(escaped ?? bytes[index])
            index += escaped == nil ? 1 : NameEscape.length
        }
        return result
    }
}

/// Bytes on their way into a string, some of them in the form `\xHH` with capital digits.
private struct NameEscape {
    static let backslash = UInt8(ascii: "\\"), length = 4
    private static let digits = Array("0123456789ABCDEF".utf8)

    private let bytes: [UInt8]
    private let keepsControls: Bool
    private var isEscaped: [Bool]

    init(_ bytes: some Collection<UInt8>, keepsEscapes: Bool = false, keepsControls: Bool = false) {
        self.keepsControls = keepsControls
        self.bytes = Array(bytes)
        isEscaped = Array(repeating: false, count: bytes.count)
        if !keepsEscapes {
            for index in self.bytes.indices where Self.byte(in: self.bytes, at: index) != nil {
                isEscaped[index] = true
            }
        }
        markWhatIsNoNormalText()
        // What is normal piece by piece may still compose across pieces: then nothing but ASCII stays.
        if !Self.isNormal(text) {
            for index in self.bytes.indices where self.bytes[index] >= 0x80 { isEscaped[index] = true }
        }
    }

    /// Whether nothing can need an escape.
    static func isPlain(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { 0x20..<0x7F ~= $0 && $0 != backslash }
    }

    /// The byte that an escape at `index` stands for; nil where there is none.
    static func byte(in bytes: [UInt8], at index: Int) -> UInt8? {
        guard index + length <= bytes.count, bytes[index] == backslash, bytes[index + 1] == UInt8(ascii: "x"),
            let high = digits.firstIndex(of: bytes[index + 2]), let low = digits.firstIndex(of: bytes[index + 3])
        else { return nil }
        return UInt8(high << 4 | low)
    }

    var text: String {
        var result: [UInt8] = []
        for (byte, isEscaped) in zip(bytes, isEscaped) {
            result +=
                isEscaped
                ? [Self.backslash, UInt8(ascii: "x"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]] : [byte]
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Bytes that are no UTF-8, and characters that normalisation form C writes otherwise.
    private mutating func markWhatIsNoNormalText() {
        var parser = Unicode.UTF8.ForwardParser(), rest = bytes[...].makeIterator(), index = 0, start = 0
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let scalar): index += scalar.count
            case .error(let length):
                markCharacters(start..<index)
                for position in index..<index + length { isEscaped[position] = true }
                index += length
                start = index
            case .emptyInput: return markCharacters(start..<index)
            }
        }
    }

    private mutating func markCharacters(_ range: Range<Int>) {
        var index = range.lowerBound
        for character in String(decoding: bytes[range], as: UTF8.self) {
            let piece = String(character), next = index + piece.utf8.count
            let isControl = !keepsControls && character.unicodeScalars.contains { $0.isControl }
            if isControl || !Self.isNormal(piece) { for position in index..<next { isEscaped[position] = true } }
            index = next
        }
    }

    private static func isNormal(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 < 0x80 } || text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(text.utf8)
    }
}
