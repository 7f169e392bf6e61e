import Foundation
import TesseraTensors

/// One image and what the readers said about it.
public struct Sample: Sendable, Equatable {
    /// As the CSV writes it, relative to the folder of the data set.
    public let file: String
    public let path: String
    public let score: Double
    /// The scores of the two readers, or empty.
    public let readers: [Double]
    public let split: Split

    public init(file: String, path: String, score: Double, readers: [Double] = [], split: Split) {
        (self.file, self.path, self.score, self.readers, self.split) = (file, path, score, readers, split)
    }
}

/// A folder of images and a CSV with the columns `file,score[,reader1,reader2][,split]`.
public struct Dataset: Sendable {
    public let folder: String
    public let samples: [Sample]

    /// The name of the CSV looked for in the folder.
    public static let labelsFile = "labels.csv"

    public init(folder: String, samples: [Sample]) {
        self.folder = folder
        self.samples = samples
    }

    /// Reads `labels` (by default labels.csv in `folder`); file names are relative to `folder`. Where no split is
    /// given, one is drawn from `seed` with the paper's shares. Every file must exist; throws one error with file, line
    /// and column of what is wrong.
    public init(folder: String, labels: String? = nil, seed: UInt64 = 0) throws {
        let labels = labels ?? (folder as NSString).appendingPathComponent(Self.labelsFile)
        let table = try CSVTable(WholeFile.read(labels, limit: 1 << 28), name: labels)
        self.init(folder: folder, samples: try LabelParser(table, folder: folder).samples(seed: seed))
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
