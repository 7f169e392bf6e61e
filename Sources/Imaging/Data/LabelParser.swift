import Foundation
import TesseraTensors

/// Turns the records of a labels CSV into samples and checks every field.
struct LabelParser {
    private enum Column: String, CaseIterable { case file, score, reader1, reader2, split }

    private static let acceptedHeader = "file,score[,reader1,reader2][,split]"

    private let table: CSVTable
    private let folder: String
    private let columns: [Column]

    init(_ table: CSVTable, folder: String) throws {
        self.table = table
        self.folder = folder
        guard let header = table.records.first else {
            throw TesseraError(
                at: table.name, found: "no header: the file is empty", accepted: "a header line \(Self.acceptedHeader)")
        }
        columns = try header.fields.enumerated().map { index, name in
            guard let column = Column(rawValue: name) else {
                throw TesseraError(
                    at: "\(table.name), line \(header.line), column \(index + 1)", found: "'\(name)' in the header",
                    accepted: "a header line \(Self.acceptedHeader)")
            }
            return column
        }
        let complete =
            columns.contains(.file) && columns.contains(.score)
            && columns.contains(.reader1) == columns.contains(.reader2)
        guard complete, Set(columns).count == columns.count else {
            throw TesseraError(
                at: "\(table.name), line \(header.line)", found: "the header \(header.fields.joined(separator: ","))",
                accepted: Self.acceptedHeader)
        }
    }

    func samples(seed: UInt64) throws -> [Sample] {
        let records = table.records.dropFirst()
        guard !records.isEmpty else {
            throw TesseraError(at: table.name, found: "a header and no images", accepted: "one line for each image")
        }
        let drawn = columns.contains(.split) ? [] : Split.seeded(try records.map { try text($0, .file) }, seed: seed)
        var lines: [String: Int] = [:]
        return try records.enumerated().map { position, record in
            let sample = try sample(record, drawn: drawn.isEmpty ? nil : drawn[position])
            let place = URL(fileURLWithPath: sample.path).standardizedFileURL.path
            if let earlier = lines.updateValue(record.line, forKey: String(name: place.utf8)) {
                throw error(record, .file, "'\(sample.file)', which line \(earlier) has already", "each file once")
            }
            return sample
        }
    }

    private func sample(_ record: CSVTable.Record, drawn: Split?) throws -> Sample {
        guard record.fields.count == columns.count else {
            throw TesseraError(
                at: "\(table.name), line \(record.line)", found: "\(record.fields.count) fields",
                accepted: "\(columns.count), as in the header")
        }
        let file = try text(record, .file)
        let path = file.hasPrefix("/") ? file : (folder as NSString).appendingPathComponent(file)
        var isFolder: ObjCBool = false
        guard !file.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
        else {
            throw error(
                record, .file, file.isEmpty ? "nothing" : "'\(file)', which is not there", "an image file in \(folder)")
        }
        let readers = columns.contains(.reader1) ? [try number(record, .reader1), try number(record, .reader2)] : []
        return Sample(
            file: file, path: path, score: try number(record, .score), readers: readers,
            split: try drawn ?? split(record))
    }

    private func split(_ record: CSVTable.Record) throws -> Split {
        let name = try text(record, .split)
        guard let split = Split(rawValue: name) else {
            throw error(record, .split, "'\(name)'", Split.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return split
    }

    private func number(_ record: CSVTable.Record, _ column: Column) throws -> Double {
        let name = try text(record, column)
        guard let value = Double(name), value.isFinite else {
            throw error(record, column, "'\(name)'", "a finite number")
        }
        return value
    }

    private func text(_ record: CSVTable.Record, _ column: Column) throws -> String {
        let index = columns.firstIndex(of: column)!
        guard index < record.fields.count else {
            throw TesseraError(
                at: "\(table.name), line \(record.line)", found: "\(record.fields.count) fields",
                accepted: "\(columns.count), as in the header")
        }
        return record.fields[index]
    }

    private func error(_ record: CSVTable.Record, _ column: Column, _ found: String, _ accepted: String) -> TesseraError
    {
        TesseraError(
            at: "\(table.name), line \(record.line), column '\(column.rawValue)'", found: found, accepted: accepted)
    }
}
