import Foundation
import TesseraTensors

/// A labels file as it was read: the rows that can be used, and everything that was found in it.
public struct LabelTable: Sendable {
    public let path: String
    /// The folder of the images.
    public let folder: String
    /// Of the rows without an error, in their order.
    public let samples: [Sample]
    public let findings: [Finding]

    let table: CSVTable
    let header: LabelHeader

    /// Reads the file at `path`; names of images are relative to `folder`. Where no split is given, one is drawn from
    /// `seed` over the usable rows. Throws where the text is no table with a header; what is wrong with single rows is
    /// among the findings, all of it.
    public init(_ path: String, folder: String, seed: UInt64 = 0) throws {
        let bytes = try WholeFile.read(path, limit: 1 << 28)
        table = try CSVTable(bytes, name: path, isHeader: LabelHeader.isHeader)
        header = try LabelHeader(table)
        guard table.records.count > 1 else {
            throw TesseraError(at: path, found: "a header and no images", accepted: "one line for each image")
        }
        var parser = LabelParser(table, header, folder: folder)
        samples = parser.samples(seed: seed)
        findings = parser.findings
        (self.path, self.folder) = (path, folder)
    }

    /// Rows that hold something, faulty ones included.
    public var rowCount: Int { table.records.count - 1 }

    public var hasGivenSplits: Bool { header.positions[.split] != nil }

    /// The table without the rows that begin on `lines` and those with errors of their own: all columns, commas, UTF-8,
    /// numbers with a decimal point, images by the names under which they were found.
    public func text(without lines: Set<Int>) -> String {
        let kept = Dictionary(uniqueKeysWithValues: samples.map { ($0.line, $0) })
        let rows = table.records.dropFirst().compactMap { record -> [String]? in
            guard let sample = kept[record.line], !lines.contains(record.line) else { return nil }
            return header.names.indices.map { index in
                let field = index < record.fields.count ? record.fields[index] : ""
                switch header.column(at: index) {
                case .file: return sample.file
                case .score, .reader1, .reader2: return LabelNumber(field)?.text ?? field
                default: return field
                }
            }
        }
        let all = [header.names] + rows
        return all.map { $0.map(CSVTable.field).joined(separator: ",") + "\n" }.joined()
    }
}
