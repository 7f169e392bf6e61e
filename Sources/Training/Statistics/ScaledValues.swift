extension Double {
    /// Times 2^exponent: exact, except where the result leaves the range of numbers.
    func timesPowerOfTwo(_ exponent: Int) -> Double {
        exponent == 0 ? self : Double(sign: .plus, exponent: exponent, significand: self)
    }
}

extension [Double] {
    /// The exponent of the largest magnitude; 0 where all are 0 or one is not finite.
    var commonExponent: Int {
        let largest = reduce(0) { Swift.max($0, abs($1)) }
        return largest > 0 && allSatisfy(\.isFinite) ? Int(largest.exponent) : 0
    }

    func timesPowerOfTwo(_ exponent: Int) -> [Double] {
        exponent == 0 ? self : map { $0.timesPowerOfTwo(exponent) }
    }

    /// Whether the values differ by more than the rounding of numbers of their size. A computed variance does not tell:
    /// that of equal values may be a rounding instead of 0.
    var varies: Bool {
        guard let least = self.min(), let largest = self.max() else { return false }
        return largest - least > 2 * Swift.max(abs(least), abs(largest)).ulp
    }
}

/// The differences of two measurements of the same things, first − second.
struct Differences {
    /// In units of 2^exponent, so that their squares neither overflow nor vanish.
    let scaled: [Double]
    let exponent: Int
    /// Whether they differ by more than the rounding of the measurements: decimals one apart, such as 10.1 and 9.1, are
    /// one apart only nearly as binary numbers.
    let vary: Bool

    init(_ first: [Double], _ second: [Double]) {
        precondition(first.count == second.count, "\(first.count) values paired with \(second.count)")
        let exponent = Swift.max(first.commonExponent, second.commonExponent)
        let first = first.timesPowerOfTwo(-exponent), second = second.timesPowerOfTwo(-exponent)
        let differences = zip(first, second).map { $0 - $1 }
        // Each difference is known to within an interval; all may be one number where the intervals share one.
        var least = -Double.infinity, most = Double.infinity
        for (difference, (a, b)) in zip(differences, zip(first, second)) {
            let rounding = a.ulp + b.ulp
            least = Swift.max(least, difference - rounding)
            most = Swift.min(most, difference + rounding)
        }
        vary = least > most
        // The differences may be far smaller than what they are of.
        let own = differences.commonExponent
        scaled = differences.timesPowerOfTwo(-own)
        self.exponent = exponent + own
    }

    var mean: Double { scaled.reduce(0, +) / Double(scaled.count) }

    /// With n − 1; nil for a single one, exactly 0 where they do not vary.
    var deviation: Double? {
        guard scaled.count > 1 else { return nil }
        guard vary else { return 0 }
        let mean = mean
        return (scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scaled.count - 1)).squareRoot()
    }
}
