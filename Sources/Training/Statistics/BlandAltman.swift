/// The limits of agreement of two measurements of the same things: about 95 % of the differences lie between them where
/// they are normally distributed. After Bland and Altman, "Measuring agreement in method comparison studies",
/// Statistical Methods in Medical Research 8 (1999), 135–160.
public struct BlandAltman: Sendable, Equatable {
    /// Mean of first − second.
    public let bias: Double
    public let biasInterval: ConfidenceInterval
    /// Of the differences, with n − 1.
    public let standardDeviation: Double
    /// bias ∓ 1.96 standard deviations.
    public let lowerLimit: Double
    public let upperLimit: Double
    /// limit ± t(0.975, n − 1) s √(1 / n + 1.96² / (2 (n − 1))), section 2.1 there.
    public let lowerLimitInterval: ConfidenceInterval
    public let upperLimitInterval: ConfidenceInterval

    /// Nil for fewer than two pairs. As many values in `first` as in `second`.
    public init?(_ first: [Double], _ second: [Double]) {
        let differences = Differences(first, second), exponent = differences.exponent
        guard let deviation = differences.deviation else { return nil }
        let count = Double(first.count), mean = differences.mean, multiple = 1.96
        let quantile = studentTQuantile(central: ConfidenceInterval.level, degreesOfFreedom: count - 1)
        func interval(_ value: Double, _ error: Double) -> ConfidenceInterval {
            ConfidenceInterval(lower: value - quantile * error, upper: value + quantile * error)
                .timesPowerOfTwo(exponent)
        }
        let limitError = deviation * (1 / count + multiple * multiple / (2 * (count - 1))).squareRoot()
        let lower = mean - multiple * deviation, upper = mean + multiple * deviation
        bias = mean.timesPowerOfTwo(exponent)
        biasInterval = interval(mean, deviation / count.squareRoot())
        standardDeviation = deviation.timesPowerOfTwo(exponent)
        lowerLimit = lower.timesPowerOfTwo(exponent)
        upperLimit = upper.timesPowerOfTwo(exponent)
        lowerLimitInterval = interval(lower, limitError)
        upperLimitInterval = interval(upper, limitError)
    }
}
