/// Intraclass correlations of two measurements of the same things, of single measurements (Shrout and Fleiss,
/// "Intraclass correlations", Psychological Bulletin 86 (1979), 420–428), with the intervals of McGraw and Wong,
/// "Forming inferences about some intraclass correlation coefficients", Psychological Methods 1 (1996), 30–46.
public struct IntraclassCorrelation: Sendable, Equatable {
    public let value: Double
    /// Nil where the formula has no answer: all differences are equal, or its approximation fails for a negative value
    /// and gives bounds that leave the value out.
    public let interval: ConfidenceInterval?
}

extension IntraclassCorrelation {
    /// ICC(2,1); nil where there are fewer than two pairs or all values are equal.
    public static func absoluteAgreement(_ first: [Double], _ second: [Double]) -> IntraclassCorrelation? {
        MeanSquares(first, second).map(absolute)
    }

    /// ICC(3,1); nil where there are fewer than two pairs or neither side varies.
    public static func consistency(_ first: [Double], _ second: [Double]) -> IntraclassCorrelation? {
        MeanSquares(first, second).flatMap(consistent)
    }

    /// Of the analysis of variance of n things and k = 2 measurements, in one common unit.
    private struct MeanSquares {
        let count: Double
        /// Between things.
        let things: Double
        /// Between measurements.
        let measurements: Double
        let error: Double

        init?(_ first: [Double], _ second: [Double]) {
            let exponent = max(first.commonExponent, second.commonExponent)
            let first = first.timesPowerOfTwo(-exponent), second = second.timesPowerOfTwo(-exponent)
            let differences = Differences(first, second), means = zip(first, second).map { ($0 + $1) / 2 }
            guard let deviation = differences.deviation else { return nil }
            count = Double(first.count)
            let scale = 1.0.timesPowerOfTwo(differences.exponent)
            error = deviation * scale * deviation * scale / 2
            measurements = count * differences.mean * scale * differences.mean * scale / 2
            let mean = means.reduce(0, +) / count
            things = means.varies ? 2 * means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) : 0
            if things == 0, measurements == 0, error == 0 { return nil }
        }
    }

    private static func consistent(_ squares: MeanSquares) -> IntraclassCorrelation? {
        let (between, error) = (squares.things, squares.error), freedom = squares.count - 1
        guard between + error > 0 else { return nil }
        let value = (between - error) / (between + error)
        let quantile = fQuantile(0.975, freedom, freedom)
        func bound(_ f: Double) -> Double { (f - 1) / (f + 1) }
        return IntraclassCorrelation(
            value: value,
            interval: error > 0
                ? ConfidenceInterval(finite: bound(between / error / quantile), bound(between / error * quantile)) : nil
        )
    }

    private static func absolute(_ squares: MeanSquares) -> IntraclassCorrelation {
        let (n, between, columns, error) = (squares.count, squares.things, squares.measurements, squares.error)
        let value = (between - error) / (between + error + 2 * (columns - error) / n)
        guard error > 0 else { return IntraclassCorrelation(value: value, interval: nil) }
        // Satterthwaite's degrees of freedom of a · columns + b · error.
        let a = 2 * value * columns, b = (n * (1 + value) - 2 * value) * error, freedom = n - 1
        let combined = freedom * (a + b) * (a + b) / (freedom * a * a + b * b)
        guard combined > 0, combined.isFinite else { return IntraclassCorrelation(value: value, interval: nil) }
        let upper = fQuantile(0.975, freedom, combined), lower = fQuantile(0.975, combined, freedom)
        let rest = 2 * columns + (n - 2) * error
        let interval = ConfidenceInterval(
            finite: n * (between - upper * error) / (upper * rest + n * between),
            n * (lower * between - error) / (rest + n * lower * between))
        return IntraclassCorrelation(
            value: value, interval: interval.flatMap { $0.lower <= value && value <= $0.upper ? $0 : nil })
    }
}
