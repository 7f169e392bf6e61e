/// Student's paired t-test, two-sided: whether the mean of the differences of two measurements of the same things
/// differs from 0. What is defined stands, whatever else is not.
public struct PairedTTest: Sendable, Equatable {
    /// Mean of first − second.
    public let meanDifference: Double
    /// Of the mean difference, mean ± t(0.975, n − 1) s / √n; nil for a single pair.
    public let interval: ConfidenceInterval?
    /// n − 1; nil for a single pair.
    public let degreesOfFreedom: Int?
    /// Nil where the differences do not vary.
    public let t: Double?
    /// The probability of a |t| at least as large if the true mean were 0; nil where t is.
    public let p: Double?

    /// Of as many values in `first` as in `second`, at least one.
    public init(_ first: [Double], _ second: [Double]) {
        precondition(!first.isEmpty, "a test of no pairs")
        let differences = Differences(first, second), mean = differences.mean, exponent = differences.exponent
        meanDifference = mean.timesPowerOfTwo(exponent)
        guard let deviation = differences.deviation else {
            (interval, degreesOfFreedom, t, p) = (nil, nil, nil, nil)
            return
        }
        let count = Double(first.count), freedom = count - 1, error = deviation / count.squareRoot()
        degreesOfFreedom = first.count - 1
        let reach = error * studentTQuantile(central: ConfidenceInterval.level, degreesOfFreedom: freedom)
        interval = ConfidenceInterval(lower: mean - reach, upper: mean + reach).timesPowerOfTwo(exponent)
        guard error > 0 else {
            (t, p) = (nil, nil)
            return
        }
        let t = mean / error
        self.t = t
        p = regularizedIncompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }
}
