import TesseraTensors

/// What stands between the fields of a table.
enum Delimiter: UInt8, CaseIterable, Sendable {
    case comma = 0x2C, semicolon = 0x3B, tab = 0x09
}

/// A text of records and fields (RFC 4180, with commas, semicolons or tabs) with the line of every record, which the
/// errors of a data set name. Packages for CSV count records, not lines, and take an unclosed quote or a missing last
/// field without a word, so this reads it itself.
package struct CSVTable: Sendable {
    struct Record: Sendable {
        /// The line of the file on which the record begins, from 1.
        let line: Int
        let fields: [String]

        var isEmpty: Bool { fields.allSatisfy(\.isEmpty) }
    }

    let name: String
    let delimiter: Delimiter
    /// Records that hold something.
    let records: [Record]
    /// How many records are left out that have fields, all of them empty.
    let emptyRecords: Int

    /// Parses UTF-8 or UTF-16 (see `LabelText`), lines ending in LF, CRLF or CR. The delimiter is the one that makes
    /// the first record a header by `isHeader`, else the one that cuts it into most fields. `name` is what errors call
    /// the text.
    init(_ bytes: [UInt8], name: String, isHeader: ([String]) -> Bool) throws {
        self.name = name
        let text = try LabelText.utf8(bytes, name: name)
        delimiter = Self.delimiter(of: text, isHeader)
        var reader = Reader(bytes: text, name: name, delimiter: delimiter.rawValue)
        var records: [Record] = [], empty = 0
        while let record = try reader.nextRecord() {
            if !record.isEmpty { records.append(record) } else if record.fields.count > 1 { empty += 1 }
        }
        self.records = records
        emptyRecords = empty
    }

    /// A field as it is written: quoted where the text holds what a CSV gives a meaning (RFC 4180).
    package static func field(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { !#","\#r\#n"#.utf8.contains($0) } && text.first != " " && text.last != " "
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private static func delimiter(of text: ArraySlice<UInt8>, _ isHeader: ([String]) -> Bool) -> Delimiter {
        let headers = Delimiter.allCases.map { delimiter in
            (delimiter: delimiter, fields: firstRecord(of: text, delimiter)?.fields ?? [])
        }
        if let header = headers.first(where: { isHeader($0.fields) }) { return header.delimiter }
        return headers.reduce(headers[0]) { $1.fields.count > $0.fields.count ? $1 : $0 }.delimiter
    }

    private static func firstRecord(of text: ArraySlice<UInt8>, _ delimiter: Delimiter) -> Record? {
        var reader = Reader(bytes: text, name: "", delimiter: delimiter.rawValue)
        while let record = try? reader.nextRecord() { if !record.isEmpty { return record } }
        return nil
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>
        let name: String
        let delimiter: UInt8
        var line = 1

        private static let quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

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
                if separator == delimiter { continue }
                line += 1
                if separator == Self.carriageReturn, bytes.first == Self.newline { bytes.removeFirst() }
                break
            }
            return Record(line: start, fields: fields)
        }

        private mutating func plainField(column: Int) throws -> String {
            let field = bytes.prefix { $0 != delimiter && $0 != Self.newline && $0 != Self.carriageReturn }
            bytes = bytes[field.endIndex...]
            if field.contains(Self.quote) {
                throw error(line, column, "a quote inside a field that does not begin with one")
            }
            return try text(field.trimmingSpaces, line, column)
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
            if let next = bytes.first, next != delimiter, next != Self.newline, next != Self.carriageReturn {
                throw error(line, column, "text after a closing quote")
            }
            return try text(content[...], start, column)
        }

        private func text(_ bytes: ArraySlice<UInt8>, _ line: Int, _ column: Int) throws -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw TesseraError(
                    at: "\(name), line \(line), column \(column)", found: "bytes that are no UTF-8",
                    accepted: LabelText.accepted)
            }
            return text
        }

        private func error(_ line: Int, _ column: Int, _ found: String) -> TesseraError {
            TesseraError(
                at: "\(name), line \(line), column \(column)", found: found,
                accepted: "fields between commas, semicolons or tabs, with balanced quotes")
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var trimmingSpaces: ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let trimmed = drop(while: isSpace)
        return trimmed.prefix(trimmed.reversed().drop(while: isSpace).count)
    }
}
