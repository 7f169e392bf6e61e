import Foundation
import TesseraTensors

/// One image and what the readers said about it.
public struct Sample: Sendable, Equatable {
    /// As the CSV writes it, relative to the folder of the data set.
    public let file: String
    public let path: String
    public let score: Double
    /// The scores of the readers: none, one or two.
    public let readers: [Double]
    public let split: Split
    /// What must not stand in two splits, such as the patient.
    public let group: String?
    /// The line of the table; 0 where there is none.
    public let line: Int

    public init(
        file: String, path: String, score: Double, readers: [Double] = [], split: Split, group: String? = nil,
        line: Int = 0
    ) {
        (self.file, self.path, self.score, self.readers) = (file, path, score, readers)
        (self.split, self.group, self.line) = (split, group, line)
    }
}

/// A folder of images and a table with the columns `file,score[,reader1][,reader2][,split][,group]`.
public struct Dataset: Sendable {
    public let folder: String
    public let samples: [Sample]
    /// How the table was understood: notes and warnings.
    public let findings: [Finding]
    /// Whether the splits are the table's; else they were drawn.
    public let hasGivenSplits: Bool

    /// The name of the CSV looked for in the folder.
    public static let labelsFile = "labels.csv"

    public init(folder: String, samples: [Sample], findings: [Finding] = [], hasGivenSplits: Bool = true) {
        (self.folder, self.samples, self.findings) = (folder, samples, findings)
        self.hasGivenSplits = hasGivenSplits
    }

    /// The usable rows of a table; errors in others stay among the findings.
    public init(_ table: LabelTable) {
        self.init(
            folder: table.folder, samples: table.samples, findings: table.findings,
            hasGivenSplits: table.hasGivenSplits)
    }

    /// Reads `labels` (by default labels.csv in `folder`); file names are relative to `folder`. Where no split is
    /// given, one is drawn from `seed` with the paper's shares. Every file must exist; throws all errors with file,
    /// line and column (see `throwErrors`).
    public init(folder: String, labels: String? = nil, seed: UInt64 = 0) throws {
        let table = try LabelTable(labels ?? Self.labelsPath(in: folder), folder: folder, seed: seed)
        try table.findings.throwErrors()
        self.init(table)
    }

    public static func labelsPath(in folder: String) -> String {
        (folder as NSString).appendingPathComponent(labelsFile)
    }

    /// The indices of the samples in one part, ascending; throws where there are none.
    public func indices(in split: Split) throws -> [Int] {
        let indices = samples.indices.filter { samples[$0].split == split }
        guard !indices.isEmpty else {
            throw TesseraError(at: folder, found: "no image in the split '\(split.rawValue)'", accepted: "at least one")
        }
        return indices
    }
}
