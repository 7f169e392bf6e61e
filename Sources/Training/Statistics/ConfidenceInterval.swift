/// The bounds between which a quantity lies with a confidence of 95 %.
public struct ConfidenceInterval: Sendable, Equatable, Encodable {
    public let lower: Double
    public let upper: Double

    public static let level = 0.95
    /// The normal distribution's quantile of 97.5 %.
    static let normalQuantile = 1.959963984540054

    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// Nil where a bound is no number.
    init?(finite lower: Double, _ upper: Double) {
        guard lower.isFinite, upper.isFinite else { return nil }
        self.init(lower: lower, upper: upper)
    }

    func timesPowerOfTwo(_ exponent: Int) -> ConfidenceInterval {
        ConfidenceInterval(lower: lower.timesPowerOfTwo(exponent), upper: upper.timesPowerOfTwo(exponent))
    }
}
