/// A data set in numbers.
public struct DatasetSummary: Sendable, Encodable {
    public struct Part: Sendable, Encodable {
        public let split: String
        public let images: Int
        /// Nil where the table has no groups.
        public let groups: Int?
        public let leastScore: Double
        public let meanScore: Double
        public let largestScore: Double
    }

    public struct Size: Sendable, Encodable {
        public let width: Int
        public let height: Int
        public let images: Int
    }

    public let images: Int
    public let parts: [Part]
    /// How many readers' scores the table has.
    public let readers: Int
    public let isSynthetic: Bool
    /// The most frequent first.
    public private(set) var sizes: [Size] = []
    public private(set) var images8Bit = 0
    public private(set) var images16Bit = 0
    public private(set) var colorImages = 0
    public private(set) var landscapeImages = 0
    public private(set) var portraitImages = 0
    public private(set) var squareImages = 0

    init(_ dataset: Dataset) {
        images = dataset.samples.count
        parts = Split.allCases.compactMap { split in
            let samples = dataset.samples.filter { $0.split == split }, scores = samples.map(\.score)
            guard let least = scores.min(), let largest = scores.max() else { return nil }
            let groups = Set(samples.compactMap(\.group))
            return Part(
                split: split.rawValue, images: samples.count, groups: groups.isEmpty ? nil : groups.count,
                leastScore: least, meanScore: scores.reduce(0) { $0 + $1 / Double(scores.count) }, largestScore: largest
            )
        }
        readers = dataset.samples.first?.readers.count ?? 0
        isSynthetic = dataset.isSynthetic
    }

    /// Counts images that could be read.
    mutating func add(_ headers: [PNG.Header]) {
        sizes = Dictionary(grouping: headers) { [$0.width, $0.height] }
            .map { Size(width: $0.key[0], height: $0.key[1], images: $0.value.count) }
            .sorted { ($1.images, $0.width, $0.height) < ($0.images, $1.width, $1.height) }
        images8Bit = headers.count { $0.bits == 8 }
        images16Bit = headers.count { $0.bits == 16 }
        colorImages = headers.count { $0.channels >= 3 }
        landscapeImages = headers.count { $0.width > $0.height }
        portraitImages = headers.count { $0.width < $0.height }
        squareImages = headers.count { $0.width == $0.height }
    }
}
