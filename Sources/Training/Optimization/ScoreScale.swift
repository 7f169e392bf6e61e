import TesseraTensors

/// The z-score of the targets: networks learn (score − mean) / deviation of the training set, and predictions are
/// turned back into scores.
public struct ScoreScale: Sendable, Codable, Equatable {
    public let mean: Double
    public let deviation: Double

    /// No change.
    public static let identity = ScoreScale(mean: 0, deviation: 1)

    public init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Mean and population deviation of the scores; throws where there are none or all are equal. Whether they differ
    /// is asked of the scores themselves: a computed variance of equal ones need not be 0.
    public init(of scores: [Double]) throws {
        guard let first = scores.first else {
            throw TesseraError(at: "scores", found: "none", accepted: "at least two different ones")
        }
        guard scores.contains(where: { $0 != first }) else {
            throw TesseraError(
                at: "scores", found: "all \(scores.count) scores are equal: \(first)",
                accepted: "at least two different ones, of which a z-score can be taken")
        }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let deviation = Self.deviation(scores, mean)
        guard mean.isFinite, deviation.isFinite, deviation > 0 else {
            throw TesseraError(
                at: "scores", found: "the mean \(mean) and the deviation \(deviation)",
                accepted: "scores of which a z-score can be taken")
        }
        self.init(mean: mean, deviation: deviation)
    }

    /// Taken again in shares of the largest difference where its square leaves the range of numbers.
    private static func deviation(_ scores: [Double], _ mean: Double) -> Double {
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
        if variance.isNormal { return variance.squareRoot() }
        let largest = scores.map { abs($0 - mean) }.max() ?? 0
        let shares = scores.reduce(0) { $0 + ($1 - mean) / largest * (($1 - mean) / largest) } / Double(scores.count)
        return shares.squareRoot() * largest
    }

    public func zScore(_ score: Double) -> Double { (score - mean) / deviation }
    public func score(_ zScore: Double) -> Double { zScore * deviation + mean }
}
