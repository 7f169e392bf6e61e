/// What the images of a training set looked like; kept with a model, so that images of another kind are noticed.
public struct TrainingImages: Sendable, Codable, Equatable {
    /// Least, median and largest value, and a deviation that outliers do not move: 1.4826 times the median absolute
    /// deviation, the standard deviation of a normal distribution.
    public struct Spread: Sendable, Codable, Equatable {
        public let least: Double
        public let median: Double
        public let largest: Double
        public let deviation: Double

        init(_ values: [Double]) {
            least = values.min() ?? 0
            largest = values.max() ?? 0
            median = Self.median(values)
            let center = median
            deviation = 1.4826 * Self.median(values.map { abs($0 - center) })
        }

        private static func median(_ values: [Double]) -> Double {
            guard !values.isEmpty else { return 0 }
            let sorted = values.sorted(), middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }

        /// Whether a value lies further than six deviations, and than a twentieth, from the median.
        func isFar(_ value: Double) -> Bool { abs(value - median) > max(6 * deviation, 0.05) }
    }

    public let count: Int
    public let width: Spread, height: Spread
    /// Of the images' means and deviations; see `ImageStatistics`.
    public let mean: Spread, deviation: Spread
    /// See `ImageStatistics.border`.
    public let border: Spread

    /// Below this many images there is no telling what is unusual.
    static let fewest = 8

    /// Nil for fewer than eight images.
    init?(_ images: [ImageStatistics]) {
        guard images.count >= Self.fewest else { return nil }
        count = images.count
        width = Spread(images.map { Double($0.width) })
        height = Spread(images.map { Double($0.height) })
        mean = Spread(images.map(\.mean))
        deviation = Spread(images.map(\.deviation))
        border = Spread(images.map(\.border))
    }
}
