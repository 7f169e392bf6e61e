import TesseraTensors

/// JSON read piece by piece, as RFC 8259 has it and no more: UTF-8 without a byte order mark, no key twice, no numbers
/// of other forms. Nothing is kept but what the caller asks for.
struct JSONScanner {
    /// Lists and objects in what is skipped.
    private static let depthLimit = 128

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ found: String, accepted: String) -> TesseraError {
        TesseraError(at: "byte \(at) of \(bytes.count)", found: found, accepted: accepted)
    }

    /// The next byte after white space; nil at the end.
    private mutating func next() -> UInt8? {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
        return at < bytes.count ? bytes[at] : nil
    }

    private func unexpected(_ accepted: String) -> TesseraError {
        guard at < bytes.count else { return failure("the end", accepted: accepted) }
        let byte = bytes[at]
        let isPlain = (0x21...0x7E).contains(byte)
        return failure(
            isPlain ? "'\(Character(Unicode.Scalar(byte)))'" : "the byte 0x\(String(byte, radix: 16))",
            accepted: accepted)
    }

    private mutating func expect(_ character: Unicode.Scalar) throws {
        guard next() == UInt8(ascii: character) else { throw unexpected("'\(character)'") }
        at += 1
    }

    /// Whether the next byte is `character`, which is then read.
    private mutating func skips(_ character: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Nothing but white space may follow.
    mutating func end() throws {
        guard next() == nil else { throw unexpected("the end") }
    }

    /// Reads an object; `body` reads the value of every key. Throws where a key stands twice.
    mutating func object(_ body: (_ scanner: inout JSONScanner, _ key: String) throws -> Void) throws {
        var keys = Set<[UInt8]>()
        try expect("{")
        if skips("}") { return }
        repeat {
            let key = try string()
            guard keys.insert(Array(key.utf8)).inserted else {
                throw failure("the key '\(key)' a second time: a duplicate", accepted: "different keys")
            }
            try expect(":")
            try body(&self, key)
        } while skips(",")
        try expect("}")
    }

    /// Reads a list; `body` reads every element.
    mutating func list(_ body: (_ scanner: inout JSONScanner) throws -> Void) throws {
        try expect("[")
        if skips("]") { return }
        repeat { try body(&self) } while skips(",")
        try expect("]")
    }

    /// Reads a whole number that is not negative and that an Int holds.
    mutating func count() throws -> Int {
        guard let first = next(), isDigit(first) else { throw unexpected("a whole number that is not negative") }
        let start = at
        try skipNumber()
        guard bytes[start..<at].allSatisfy(isDigit),
            let number = Int(String(decoding: bytes[start..<at], as: UTF8.self))
        else {
            let text = String(decoding: bytes[start..<at].prefix(40), as: UTF8.self)
            at = start
            throw failure("the number \(text)", accepted: "a whole number below 2^63")
        }
        return number
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Reads a string.
    mutating func string() throws -> String {
        try expect("\"")
        let start = at
        var text: [UInt8] = []
        while true {
            guard at < bytes.count else { throw unexpected("a string that ends") }
            let byte = bytes[at]
            guard byte >= 0x20 else { throw unexpected("control characters written as \\u00XX") }
            at += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: try escaped())
            } else {
                text.append(byte)
            }
        }
        guard let result = String(validating: text, as: UTF8.self) else {
            at = start
            throw failure("a string that is no UTF-8", accepted: "UTF-8")
        }
        return result
    }

    /// What stands behind a backslash, as UTF-8.
    private mutating func escaped() throws -> [UInt8] {
        let pairs: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        guard at < bytes.count else { throw unexpected("a string that ends") }
        let letter = bytes[at]
        if let scalar = pairs[letter] {
            at += 1
            return [UInt8(scalar.value)]
        }
        guard letter == UInt8(ascii: "u") else { throw unexpected("one of \" \\ / b f n r t u behind a backslash") }
        at += 1
        var units = [try hexadecimal()]
        if UTF16.isLeadSurrogate(units[0]), bytes[at...].starts(with: "\\u".utf8) {
            at += 2
            units.append(try hexadecimal())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw failure("half of a surrogate pair", accepted: "both halves")
        }
        return Array(text.utf8)
    }

    private mutating func hexadecimal() throws -> UInt16 {
        guard let digits = String(validating: bytes[at...].prefix(4), as: UTF8.self), digits.utf8.count == 4,
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let number = UInt16(digits, radix: 16)
        else { throw unexpected("four hexadecimal digits") }
        at += 4
        return number
    }

    /// Reads any value and forgets it.
    mutating func skip(depth: Int = 0) throws {
        guard depth < Self.depthLimit else {
            throw failure("values nested more than \(Self.depthLimit) deep", accepted: "at most \(Self.depthLimit)")
        }
        switch next() {
        case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "["): try list { scanner in try scanner.skip(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "-"), (0x30...0x39)?: try skipNumber()
        default:
            guard let word = ["true", "false", "null"].first(where: { bytes[at...].starts(with: $0.utf8) }) else {
                throw unexpected("a value")
            }
            at += word.utf8.count
        }
    }

    private mutating func skipNumber() throws {
        func digits(_ accepted: String) throws {
            guard at < bytes.count, isDigit(bytes[at]) else { throw unexpected(accepted) }
            while at < bytes.count, isDigit(bytes[at]) { at += 1 }
        }
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let start = at
        try digits("a digit")
        if at - start > 1, bytes[start] == UInt8(ascii: "0") {
            throw failure("a number that begins with 0", accepted: "numbers without leading zeros")
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try digits("a digit behind the point")
        }
        if at < bytes.count, bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try digits("a digit of the exponent")
        }
        guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)), number.isFinite else {
            throw failure("a number out of range", accepted: "numbers that a Double holds")
        }
    }
}
