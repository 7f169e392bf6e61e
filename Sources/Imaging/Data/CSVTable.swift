import TesseraTensors

/// A comma-separated text (RFC 4180) with the line of every record, which the errors of a data set name. Packages for
/// CSV count records, not lines, and take an unclosed quote or a missing last field without a word, so this reads it
/// itself.
struct CSVTable {
    struct Record {
        /// The line of the file on which the record begins, from 1.
        let line: Int
        let fields: [String]
    }

    let name: String
    /// Records that are not blank.
    let records: [Record]

    /// Parses UTF-8 with or without a byte order mark, lines ending in LF, CRLF or CR. `name` is what errors call the
    /// text.
    init(_ bytes: [UInt8], name: String) throws {
        self.name = name
        var reader = Reader(bytes: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], name: name)
        var records: [Record] = []
        while let record = try reader.nextRecord() {
            if record.fields != [""] { records.append(record) }
        }
        self.records = records
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>
        let name: String
        var line = 1

        private static let quote = UInt8(ascii: "\""), comma = UInt8(ascii: ","), newline = UInt8(ascii: "\n"),
            carriageReturn = UInt8(ascii: "\r")

        mutating func nextRecord() throws -> Record? {
            guard !bytes.isEmpty else { return nil }
            let start = line
            var fields: [String] = []
            while true {
                let field =
                    bytes.first == Self.quote
                    ? try quotedField(column: fields.count + 1) : try plainField(column: fields.count + 1)
                fields.append(field)
                guard let separator = bytes.popFirst() else { break }
                if separator == Self.comma { continue }
                line += 1
                if separator == Self.carriageReturn, bytes.first == Self.newline { bytes.removeFirst() }
                break
            }
            return Record(line: start, fields: fields)
        }

        private mutating func plainField(column: Int) throws -> String {
            let field = bytes.prefix { $0 != Self.comma && $0 != Self.newline && $0 != Self.carriageReturn }
            bytes = bytes[field.endIndex...]
            if field.contains(Self.quote) {
                throw error(line, column, "a quote inside a field that does not begin with one")
            }
            return try text(field, line, column).trimmingSpaces
        }

        private mutating func quotedField(column: Int) throws -> String {
            let start = line
            var content: [UInt8] = []
            bytes.removeFirst()
            while let byte = bytes.popFirst() {
                if byte == Self.quote {
                    guard bytes.first == Self.quote else { return try closed(content, start, column) }
                    bytes.removeFirst()
                } else if byte == Self.newline {
                    line += 1
                }
                content.append(byte)
            }
            throw error(start, column, "a quote that is never closed")
        }

        private func closed(_ content: [UInt8], _ start: Int, _ column: Int) throws -> String {
            if let next = bytes.first, next != Self.comma, next != Self.newline, next != Self.carriageReturn {
                throw error(line, column, "text after a closing quote")
            }
            return try text(content[...], start, column)
        }

        private func text(_ bytes: ArraySlice<UInt8>, _ line: Int, _ column: Int) throws -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw error(line, column, "bytes that are no UTF-8")
            }
            return text
        }

        private func error(_ line: Int, _ column: Int, _ found: String) -> TesseraError {
            TesseraError(
                at: "\(name), line \(line), column \(column)", found: found,
                accepted: "comma-separated UTF-8 text with balanced quotes")
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        guard first == " " || last == " " || first == "\t" || last == "\t" else { return self }
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
