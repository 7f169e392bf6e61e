import TesseraTensors

/// Turns the records of a labels file into samples, checks every field, and goes on after each fault.
struct LabelParser {
    typealias Column = LabelHeader.Column

    private(set) var findings: [Finding] = []
    private let table: CSVTable
    private let header: LabelHeader
    private let folder: String
    private var paths: ImagePaths
    /// The line on which each image stands.
    private var lines: [[UInt8]: Int] = [:]
    /// The first number with a decimal mark, which all others must have too.
    private var mark: (character: Character, line: Int)?
    /// How many names were found with each remark, and the first of them.
    private var remarks: [String: (count: Int, first: String)] = [:]

    init(_ table: CSVTable, _ header: LabelHeader, folder: String) {
        (self.table, self.header, self.folder) = (table, header, folder)
        paths = ImagePaths(folder: folder)
    }

    /// A row before splits are drawn.
    private struct Row {
        let record: CSVTable.Record
        let file: String, path: String
        let score: Double
        let readers: [Double]
        let split: Split?
        let group: String?
    }

    mutating func samples(seed: UInt64) -> [Sample] {
        var rows = table.records.dropFirst().compactMap { row($0) }
        dropSeparatedGroups(&rows)
        let drawn = drawnSplits(rows, seed: seed)
        addNotes()
        return rows.indices.map { index in
            let row = rows[index]
            return Sample(
                file: row.file, path: row.path, score: row.score, readers: row.readers,
                split: row.split ?? drawn[index], group: row.group, line: row.record.line)
        }
    }

    private mutating func row(_ record: CSVTable.Record) -> Row? {
        guard header.fits(record) else {
            findings.append(
                Finding(
                    .error, at: "\(table.name), line \(record.line)", found: "\(record.fields.count) fields",
                    accepted: "\(header.names.count), as in the header"
                        + (table.delimiter == .comma
                            ? "; decimal commas go with semicolons or tabs between the fields" : "")))
            return nil
        }
        let file = image(record), score = number(record, .score)
        let readers = [Column.reader1, .reader2].filter { header.positions[$0] != nil }.map { number(record, $0) }
        let split = split(record), group = group(record)
        guard let file, let score, !readers.contains(nil), let split, let group else { return nil }
        return Row(
            record: record, file: file.name, path: file.path, score: score, readers: readers.compactMap(\.self),
            split: split, group: group)
    }

    // MARK: - Fields

    private mutating func image(_ record: CSVTable.Record) -> (name: String, path: String)? {
        let name = text(record, .file)
        switch paths.find(name) {
        case .missing:
            error(
                record, .file, name.isEmpty ? "nothing" : "'\(name)', which is not there", "an image file in \(folder)")
        case .ambiguous:
            error(
                record, .file,
                "'\(name)', which is not there, and several files that differ in their Unicode normal form",
                "the name of one of them, byte for byte")
        case .found(let found, let path, let remark):
            if let earlier = lines.updateValue(record.line, forKey: ImagePaths.canonical(path)) {
                lines[ImagePaths.canonical(path)] = earlier
                error(record, .file, "'\(name)', which line \(earlier) has already", "each file once")
                return nil
            }
            if let remark { remarks[remark, default: (0, name)].count += 1 }
            return (found, path)
        }
        return nil
    }

    private mutating func number(_ record: CSVTable.Record, _ column: Column) -> Double? {
        let text = text(record, column)
        guard let number = LabelNumber(text) else {
            error(record, column, "'\(text)'", "a finite number in decimal digits")
            return nil
        }
        guard let own = number.mark else { return number.value }
        if own == ",", table.delimiter == .comma {
            error(
                record, column, "'\(text)'",
                "a decimal point; decimal commas go with semicolons or tabs between the fields")
            return nil
        }
        if let mark, mark.character != own {
            error(
                record, column, "'\(text)' where line \(mark.line) has a number with '\(mark.character)'",
                "one decimal mark in the whole file")
            return nil
        }
        mark = mark ?? (own, record.line)
        return number.value
    }

    /// Nil after an error; a nil inside where there is no such column.
    private mutating func split(_ record: CSVTable.Record) -> Split?? {
        guard header.positions[.split] != nil else { return .some(nil) }
        let name = text(record, .split)
        guard let split = Split(label: name) else {
            error(record, .split, "'\(name)'", Split.acceptedLabels)
            return nil
        }
        return split
    }

    private mutating func group(_ record: CSVTable.Record) -> String?? {
        guard header.positions[.group] != nil else { return .some(nil) }
        let name = text(record, .group)
        guard !name.isEmpty else {
            error(record, .group, "nothing", "a name for each group, such as the patient's number")
            return nil
        }
        return name
    }

    private func text(_ record: CSVTable.Record, _ column: Column) -> String {
        record.fields[header.positions[column]!]
    }

    private mutating func error(_ record: CSVTable.Record, _ column: Column, _ found: String, _ accepted: String) {
        let name = header.names[header.positions[column]!]
        findings.append(
            Finding(
                .error, at: "\(table.name), line \(record.line), column '\(name)'", found: found, accepted: accepted))
    }

    // MARK: - Splits

    /// Rows of a group that stand in another split than its first row are errors.
    private mutating func dropSeparatedGroups(_ rows: inout [Row]) {
        guard header.positions[.split] != nil, header.positions[.group] != nil else { return }
        for (group, members) in Dictionary(grouping: rows, by: { $0.group ?? "" }).sorted(by: { $0.key < $1.key }) {
            let parts = Dictionary(grouping: members) { $0.split ?? .train }
            guard parts.count > 1 else { continue }
            let places = Split.allCases.compactMap { split in
                parts[split].map { "\(split.rawValue) (\(Self.lines($0)))" }
            }
            error(
                members.first { $0.split != members[0].split }!.record, .group,
                "'\(group)' in \(places.joined(separator: " and "))", "each group in one split")
            rows.removeAll { $0.group == group && $0.split != members[0].split }
        }
    }

    private static func lines(_ rows: [Row]) -> String {
        let numbers = rows.prefix(5).map { "\($0.record.line)" }.joined(separator: ", ")
        return (rows.count == 1 ? "line " : "lines ") + numbers + (rows.count > 5 ? " and \(rows.count - 5) more" : "")
    }

    /// A drawn split draws files, or whole groups where there are groups.
    private mutating func drawnSplits(_ rows: [Row], seed: UInt64) -> [Split] {
        guard header.positions[.split] == nil else { return [] }
        guard header.positions[.group] != nil else { return Split.seeded(rows.map(\.file), seed: seed) }
        let groups = Set(rows.compactMap(\.group)).sorted(), splits = Split.seeded(groups, seed: seed)
        findings.append(
            Finding(
                .note, at: table.name,
                found: "the split is drawn by group: \(groups.count) groups of \(rows.count) images"))
        let split = Dictionary(uniqueKeysWithValues: zip(groups, splits))
        return rows.map { split[$0.group ?? ""]! }
    }

    // MARK: - Notes

    private mutating func addNotes() {
        func note(_ found: String) -> Finding { Finding(.note, at: table.name, found: found) }
        let ignored = header.ignored
        if !ignored.isEmpty {
            findings.append(
                note("ignored \(ignored.count == 1 ? "column" : "columns"): \(ignored.joined(separator: ", "))"))
        }
        if table.emptyRecords > 0 { findings.append(note("\(table.emptyRecords) empty rows are left out")) }
        if mark?.character == "," { findings.append(note("numbers with decimal commas")) }
        if header.positions[.reader2] != nil, header.positions[.reader1] == nil {
            findings.append(note("'reader2' without 'reader1': it is taken as the first reader"))
        }
        for (remark, names) in remarks.sorted(by: { $0.key < $1.key }) {
            findings.append(note("\(names.count) images found with \(remark), such as '\(names.first)'"))
        }
    }
}
