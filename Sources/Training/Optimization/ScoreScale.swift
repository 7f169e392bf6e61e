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

    /// Mean and population deviation of the scores; throws where there are none or all are equal.
    public init(of scores: [Double]) throws {
        guard !scores.isEmpty else {
            throw TesseraError(at: "scores", found: "none", accepted: "at least two different ones")
        }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
        guard variance > 0, variance.isFinite else {
            throw TesseraError(
                at: "scores", found: "\(scores.count) scores of \(scores[0])",
                accepted: "at least two different ones, of which a z-score can be taken")
        }
        self.init(mean: mean, deviation: variance.squareRoot())
    }

    public func zScore(_ score: Double) -> Double { (score - mean) / deviation }
    public func score(_ zScore: Double) -> Double { zScore * deviation + mean }
}
