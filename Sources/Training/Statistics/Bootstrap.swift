import TesseraTensors

/// Percentile bootstrap intervals of r, MAE and RMSE (Efron and Tibshirani, "An Introduction to the Bootstrap" (1993),
/// chapter 13): images are drawn with replacement, with their pairs of numbers.
public struct Bootstrap: Sendable {
    /// How many times images are drawn.
    public static let resamples = 2000
    /// Of all draws: the same data has the same intervals.
    public static let seed: UInt64 = 0
    /// From fewer images there is no interval.
    public static let leastImages = 3

    /// Nil where the quantity itself is undefined or the images are too few.
    public struct Intervals: Sendable, Equatable {
        public var pearson: ConfidenceInterval?
        public var meanAbsoluteError: ConfidenceInterval?
        public var rootMeanSquareError: ConfidenceInterval?

        public init(
            pearson: ConfidenceInterval? = nil, meanAbsoluteError: ConfidenceInterval? = nil,
            rootMeanSquareError: ConfidenceInterval? = nil
        ) {
            self.pearson = pearson
            self.meanAbsoluteError = meanAbsoluteError
            self.rootMeanSquareError = rootMeanSquareError
        }
    }

    /// The intervals of each pair of series; all series are of the same images and see the same draws. Resamples in
    /// which r is undefined are left out of its interval.
    public static func intervals(_ pairs: [(first: [Double], second: [Double])]) -> [Intervals] {
        let count = pairs.first?.first.count ?? 0
        precondition(
            pairs.allSatisfy { $0.first.count == count && $0.second.count == count }, "series of the same images")
        guard count >= leastImages else { return pairs.map { _ in Intervals() } }
        var samples = pairs.map { _ in (pearson: [Double](), absolute: [Double](), square: [Double]()) }
        for resample in 0..<resamples {
            let indices = drawn(resample, count)
            for (place, pair) in pairs.enumerated() {
                let metrics = RegressionMetrics(
                    predictions: indices.map { pair.first[$0] }, scores: indices.map { pair.second[$0] })
                if let pearson = metrics.pearson { samples[place].pearson.append(pearson) }
                samples[place].absolute.append(metrics.meanAbsoluteError)
                samples[place].square.append(metrics.rootMeanSquareError)
            }
        }
        return zip(pairs, samples).map { pair, sample in
            let isDefined = RegressionMetrics(predictions: pair.first, scores: pair.second).pearson != nil
            return Intervals(
                pearson: isDefined ? percentiles(sample.pearson) : nil, meanAbsoluteError: percentiles(sample.absolute),
                rootMeanSquareError: percentiles(sample.square))
        }
    }

    /// The images of a resample, from a stream of random numbers of its own.
    private static func drawn(_ resample: Int, _ count: Int) -> [Int] {
        var stream = RandomStream(seed: seed, name: "bootstrap/\(resample)")
        return (0..<count).map { _ in Int(stream.next().multipliedFullWidth(by: UInt64(count)).high) }
    }

    /// The quantiles of 2.5 % and 97.5 %, between neighbours on a line.
    private static func percentiles(_ values: [Double]) -> ConfidenceInterval? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted(), tail = (1 - ConfidenceInterval.level) / 2
        func quantile(_ probability: Double) -> Double {
            let place = probability * Double(sorted.count - 1), below = Int(place), share = place - Double(below)
            return share == 0 ? sorted[below] : sorted[below] * (1 - share) + sorted[below + 1] * share
        }
        return ConfidenceInterval(finite: quantile(tail), quantile(1 - tail))
    }
}
