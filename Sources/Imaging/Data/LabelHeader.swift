import TesseraTensors

/// The columns of a labels file: those that mean something, by names in any case, and those that are ignored.
struct LabelHeader: Sendable {
    enum Column: String, CaseIterable, Sendable { case file, score, reader1, reader2, split, group }

    static let accepted = "a header line file,score[,reader1][,reader2][,split][,group]"

    let names: [String]
    let positions: [Column: Int]

    /// The index of the last column that means something.
    private var lastUsed: Int { positions.values.max() ?? 0 }

    /// Whether these fields name the columns that every labels file has.
    static func isHeader(_ fields: [String]) -> Bool {
        let columns = Set(fields.compactMap(Self.column))
        return columns.contains(.file) && columns.contains(.score)
    }

    /// `patient` is another name for `group`.
    private static func column(_ name: String) -> Column? {
        let lowered = name.lowercased()
        return lowered == "patient" ? .group : Column(rawValue: lowered)
    }

    init(_ table: CSVTable) throws {
        guard let record = table.records.first else {
            throw TesseraError(at: table.name, found: "no header: the file is empty", accepted: Self.accepted)
        }
        names = record.fields
        var positions: [Column: Int] = [:]
        for (index, name) in record.fields.enumerated() {
            guard let column = Self.column(name) else { continue }
            if let earlier = positions.updateValue(index, forKey: column) {
                throw TesseraError(
                    at: "\(table.name), line \(record.line), column \(index + 1)",
                    found: "'\(name)', the same as '\(record.fields[earlier])' in column \(earlier + 1)",
                    accepted: "one column '\(column.rawValue)': rename the other")
            }
        }
        self.positions = positions
        let missing = [Column.file, .score].filter { positions[$0] == nil }
        guard missing.isEmpty else {
            throw TesseraError(
                at: "\(table.name), line \(record.line)",
                found: "no column \(missing.map { "'\($0.rawValue)'" }.joined(separator: " and none ")) in the header "
                    + record.fields.joined(separator: ","), accepted: Self.accepted)
        }
    }

    /// Whether a record has a field for every column that means something, and nothing beyond the header.
    func fits(_ record: CSVTable.Record) -> Bool {
        record.fields.count > lastUsed && record.fields.dropFirst(names.count).allSatisfy(\.isEmpty)
    }

    func column(at index: Int) -> Column? { positions.first { $0.value == index }?.key }

    /// The names of columns that are ignored.
    var ignored: [String] {
        let used = Set(positions.values)
        return names.indices.filter { !used.contains($0) }.map {
            names[$0].isEmpty ? "column \($0 + 1)" : "'\(names[$0])'"
        }
    }
}
