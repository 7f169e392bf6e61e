import TesseraTensors

/// Which part of a data set a sample belongs to.
public enum Split: String, Sendable, CaseIterable, Codable {
    case train, validation, test

    /// The names by which tables call the parts, in any case.
    private static let labels: [(split: Split, names: [String])] = [
        (.train, ["train", "training"]), (.validation, ["validation", "valid", "val", "dev"]),
        (.test, ["test", "testing"]),
    ]

    static let acceptedLabels = labels.map { $0.names.joined(separator: " or ") }.joined(separator: ", ")

    /// The part that a table calls `label`.
    init?(label: String) {
        let lowered = label.lowercased()
        guard let match = Self.labels.first(where: { $0.names.contains(lowered) }) else { return nil }
        self = match.split
    }

    /// The paper's shares: 2700 images for training, 760 for validation, 158 for testing.
    static let paperShares = [2700, 760, 158]

    /// A part for each file: shuffled by `seed`, then cut by the paper's shares. A file's place in the shuffle depends
    /// on seed and name only, not on the order of the files. From three files on no part is empty.
    package static func seeded(_ files: [String], seed: UInt64) -> [Split] {
        let keys = files.map { file in
            var stream = RandomStream(seed: seed, name: "split/\(file)")
            return stream.next()
        }
        let order = files.indices.sorted { (keys[$0], files[$0]) < (keys[$1], files[$1]) }
        let counts = shares(of: files.count)
        var splits = [Split](repeating: .train, count: files.count)
        for (rank, index) in order.enumerated() {
            splits[index] = rank < counts[0] ? .train : rank < counts[0] + counts[1] ? .validation : .test
        }
        return splits
    }

    package static func shares(of count: Int) -> [Int] {
        let total = paperShares.reduce(0, +)
        var validation = (count * paperShares[1] + total / 2) / total,
            test = (count * paperShares[2] + total / 2) / total
        if count >= 3 { (validation, test) = (max(validation, 1), max(test, 1)) }
        return [count - validation - test, validation, test]
    }
}
