/// A number in a table: decimal digits with a sign, a decimal mark and an exponent, as CSV readers take them. No
/// hexadecimal, no infinity, no "nan", no separators between thousands.
struct LabelNumber: Equatable {
    let value: Double
    /// `.` or `,` where the number has one.
    let mark: Character?
    /// As it is written with a decimal point.
    let text: String

    /// Nil where the text is no such number or too large for one.
    init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard let place = Self.decimalMark(in: bytes) else { return nil }
        mark = place < bytes.count ? Character(Unicode.Scalar(bytes[place])) : nil
        if place < bytes.count { bytes[place] = UInt8(ascii: ".") }
        self.text = String(decoding: bytes, as: UTF8.self)
        guard let value = Double(self.text), value.isFinite else { return nil }
        self.value = value
    }

    /// Where the decimal mark of a number stands, the end where it has none; nil where the bytes are no number:
    /// `[+-] digits [mark] [digits] [e [+-] digits]`, with a digit before or behind the mark.
    private static func decimalMark(in bytes: [UInt8]) -> Int? {
        var rest = bytes[...]
        func sign() { if let first = rest.first, "+-".utf8.contains(first) { rest.removeFirst() } }
        func digits() -> Int {
            let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[found.endIndex...]
            return found.count
        }
        sign()
        var count = digits(), mark = bytes.count
        if let first = rest.first, ".,".utf8.contains(first) {
            mark = rest.startIndex
            rest.removeFirst()
            count += digits()
        }
        guard count > 0 else { return nil }
        if let first = rest.first, "eE".utf8.contains(first) {
            rest.removeFirst()
            sign()
            guard digits() > 0 else { return nil }
        }
        return rest.isEmpty ? mark : nil
    }
}
