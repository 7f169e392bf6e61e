/// Student's paired t-test, two-sided: whether the mean of the differences of two measurements of the same things
/// differs from 0.
public struct PairedTTest: Sendable, Equatable {
    /// Mean of first − second.
    public let meanDifference: Double
    public let t: Double
    public let degreesOfFreedom: Int
    /// The probability of a |t| at least as large if the true mean were 0.
    public let p: Double

    /// Nil where it has no answer: fewer than two pairs, or differences that are all equal. As many values in `first`
    /// as in `second`.
    public init?(_ first: [Double], _ second: [Double]) {
        precondition(first.count == second.count, "\(first.count) values paired with \(second.count)")
        guard first.count > 1 else { return nil }
        let count = Double(first.count), differences = zip(first, second).map { $0 - $1 }
        let mean = differences.reduce(0, +) / count
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        guard variance > 0, differences.contains(where: { $0 != differences[0] }) else { return nil }
        meanDifference = mean
        t = mean / (variance / count).squareRoot()
        degreesOfFreedom = first.count - 1
        let freedom = count - 1
        p = regularizedIncompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
    }
}
