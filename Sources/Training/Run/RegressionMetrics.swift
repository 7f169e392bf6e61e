/// How well predictions fit scores.
public struct RegressionMetrics: Sendable, Equatable {
    /// Pearson's correlation; nil where one side does not vary.
    public let pearson: Double?
    /// Mean absolute error.
    public let meanAbsoluteError: Double
    /// Root of the mean squared error.
    public let rootMeanSquareError: Double

    /// False where a prediction was no finite number, or too large to be squared.
    var isFinite: Bool { meanAbsoluteError.isFinite && rootMeanSquareError.isFinite }

    /// Of as many predictions as scores, at least one.
    public init(predictions: [Double], scores: [Double]) {
        precondition(
            predictions.count == scores.count && !scores.isEmpty,
            "\(predictions.count) predictions for \(scores.count) scores")
        let count = Double(scores.count)
        let errors = zip(predictions, scores).map { $0 - $1 }
        meanAbsoluteError = errors.reduce(0) { $0 + abs($1) } / count
        rootMeanSquareError = (errors.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
        let meanP = predictions.reduce(0, +) / count, meanS = scores.reduce(0, +) / count
        var covariance = 0.0, varianceP = 0.0, varianceS = 0.0
        for (p, s) in zip(predictions, scores) {
            covariance += (p - meanP) * (s - meanS)
            varianceP += (p - meanP) * (p - meanP)
            varianceS += (s - meanS) * (s - meanS)
        }
        let scale = varianceP.squareRoot() * varianceS.squareRoot()
        // The mean of equal values may be off by a rounding, so the variance alone does not tell.
        let varies = predictions.contains { $0 != predictions[0] } && scores.contains { $0 != scores[0] }
        pearson = varies && scale > 0 ? min(1, max(-1, covariance / scale)) : nil
    }
}
