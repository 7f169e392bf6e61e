import TesseraTensors

/// The bytes of a labels file as UTF-8 without byte order mark: from UTF-8, or from UTF-16 with a byte order mark, as
/// spreadsheets save it.
enum LabelText {
    static let accepted = "UTF-8, or UTF-16 with a byte order mark"

    static func utf8(_ bytes: [UInt8], name: String) throws -> ArraySlice<UInt8> {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return try checked(bytes[3...], name) }
        // UTF-32 begins with the mark of UTF-16 and two zeros.
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw TesseraError(at: name, found: "text in UTF-32", accepted: accepted)
        }
        if bytes.starts(with: [0xFF, 0xFE]) {
            return try checked(transcoded(bytes, name) { UInt16($1) << 8 | $0 }, name)
        }
        if bytes.starts(with: [0xFE, 0xFF]) { return try checked(transcoded(bytes, name) { $0 << 8 | $1 }, name) }
        return try checked(bytes[...], name)
    }

    private static func transcoded(_ bytes: [UInt8], _ name: String, _ unit: (UInt16, UInt16) -> UInt16) throws
        -> ArraySlice<UInt8>
    {
        guard bytes.count % 2 == 0 else {
            throw TesseraError(at: name, found: "UTF-16 of \(bytes.count) bytes: the last character is cut off")
        }
        let units = stride(from: 2, to: bytes.count, by: 2).map { unit(UInt16(bytes[$0]), UInt16(bytes[$0 + 1])) }
        var result: [UInt8] = []
        result.reserveCapacity(units.count * 2)
        let isBroken = transcode(
            units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true, into: { result.append($0) })
        guard !isBroken else {
            throw TesseraError(
                at: "\(name), line \(lineCount(result[...]))", found: "half of a pair of UTF-16 units",
                accepted: accepted)
        }
        return result[...]
    }

    /// A NUL is never part of a table: it is UTF-16 without its mark, or ends a name for the system before its end.
    private static func checked(_ bytes: ArraySlice<UInt8>, _ name: String) throws -> ArraySlice<UInt8> {
        guard let place = bytes.firstIndex(of: 0) else { return bytes }
        let before = bytes[..<place], line = lineCount(before)
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.count + 1
        throw TesseraError(
            at: "\(name), line \(line), character \(column)", found: "a NUL character", accepted: accepted)
    }

    /// The line on which what follows `bytes` stands, from 1; lines end in LF, CRLF or CR.
    private static func lineCount(_ bytes: ArraySlice<UInt8>) -> Int {
        var lines = 1, previous: UInt8 = 0
        for byte in bytes {
            if byte == UInt8(ascii: "\r") || (byte == UInt8(ascii: "\n") && previous != UInt8(ascii: "\r")) {
                lines += 1
            }
            previous = byte
        }
        return lines
    }
}
