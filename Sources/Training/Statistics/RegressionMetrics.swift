/// How well predictions fit scores.
public struct RegressionMetrics: Sendable, Equatable {
    /// Pearson's correlation; nil where one side does not vary.
    public let pearson: Double?
    /// Mean absolute error.
    public let meanAbsoluteError: Double
    /// Root of the mean squared error.
    public let rootMeanSquareError: Double

    /// False where a prediction was no finite number, or an error too large for one.
    var isFinite: Bool { meanAbsoluteError.isFinite && rootMeanSquareError.isFinite }

    /// Of as many predictions as scores, at least one.
    public init(predictions: [Double], scores: [Double]) {
        precondition(
            predictions.count == scores.count && !scores.isEmpty,
            "\(predictions.count) predictions for \(scores.count) scores")
        let errors = Differences(predictions, scores), count = Double(scores.count)
        meanAbsoluteError = (errors.scaled.reduce(0) { $0 + abs($1) } / count).timesPowerOfTwo(errors.exponent)
        rootMeanSquareError = (errors.scaled.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
            .timesPowerOfTwo(errors.exponent)
        pearson = Self.pearson(predictions, scores)
    }

    private static func pearson(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.varies, second.varies else { return nil }
        // Each side in its own unit: r does not depend on it, and no square overflows or vanishes.
        let first = first.timesPowerOfTwo(-first.commonExponent),
            second = second.timesPowerOfTwo(-second.commonExponent)
        let count = Double(first.count)
        let firstMean = first.reduce(0, +) / count, secondMean = second.reduce(0, +) / count
        var covariance = 0.0, firstVariance = 0.0, secondVariance = 0.0
        for (a, b) in zip(first, second) {
            covariance += (a - firstMean) * (b - secondMean)
            firstVariance += (a - firstMean) * (a - firstMean)
            secondVariance += (b - secondMean) * (b - secondMean)
        }
        let scale = firstVariance.squareRoot() * secondVariance.squareRoot()
        return scale > 0 ? min(1, max(-1, covariance / scale)) : nil
    }
}
