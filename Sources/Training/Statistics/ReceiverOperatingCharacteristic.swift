/// How well predictions tell two groups apart: the area under the curve of true over false positive rate, which is the
/// probability that a positive gets more than a negative (ties count half), with the interval of DeLong, DeLong and
/// Clarke-Pearson, Biometrics 44 (1988), 837–845.
public struct ReceiverOperatingCharacteristic: Sendable, Equatable {
    public let area: Double
    /// area ± 1.96 standard errors, within 0…1; nil where a group has a single member.
    public let interval: ConfidenceInterval?
    public let positives: Int
    public let negatives: Int
    /// From (0, 0) to (1, 1): a point for each threshold, the highest first.
    public let curve: [Point]

    public struct Point: Sendable, Equatable {
        public let falsePositiveRate: Double
        public let truePositiveRate: Double
    }

    /// Nil where a group is empty. A prediction and a truth for each image.
    public init?(predictions: [Double], truths: [Bool]) {
        precondition(predictions.count == truths.count, "\(predictions.count) predictions for \(truths.count) truths")
        let pairs = zip(predictions, truths).sorted { $0.0 < $1.0 }
        let m = truths.count { $0 }, n = truths.count - m
        guard m > 0, n > 0 else { return nil }
        // For each image the share of the other group on its right side, in the order of predictions.
        var positiveShares: [Double] = [], negativeShares: [Double] = []
        var points: [Point] = [], positivesBelow = 0, negativesBelow = 0, start = 0
        while start < pairs.count {
            let end = pairs[start...].firstIndex { $0.0 != pairs[start].0 } ?? pairs.count
            let tiedPositives = pairs[start..<end].count { $0.1 }, tiedNegatives = end - start - tiedPositives
            points.append(
                Point(
                    falsePositiveRate: Double(n - negativesBelow) / Double(n),
                    truePositiveRate: Double(m - positivesBelow) / Double(m)))
            let below = (Double(negativesBelow) + Double(tiedNegatives) / 2) / Double(n)
            let above = (Double(m - positivesBelow - tiedPositives) + Double(tiedPositives) / 2) / Double(m)
            positiveShares += Array(repeating: below, count: tiedPositives)
            negativeShares += Array(repeating: above, count: tiedNegatives)
            positivesBelow += tiedPositives
            negativesBelow += tiedNegatives
            start = end
        }
        points.append(Point(falsePositiveRate: 0, truePositiveRate: 0))
        let area = positiveShares.reduce(0, +) / Double(m)
        func variance(_ shares: [Double]) -> Double {
            shares.varies ? shares.reduce(0) { $0 + ($1 - area) * ($1 - area) } / Double(shares.count - 1) : 0
        }
        let error = (variance(positiveShares) / Double(m) + variance(negativeShares) / Double(n)).squareRoot()
        let reach = ConfidenceInterval.normalQuantile * error
        self.area = area
        interval = m > 1 && n > 1 ? ConfidenceInterval(lower: max(0, area - reach), upper: min(1, area + reach)) : nil
        positives = m
        negatives = n
        curve = points.reversed()
    }
}
