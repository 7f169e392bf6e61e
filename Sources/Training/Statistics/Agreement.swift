/// Two measurements of the same images: how well they agree, and whether one is higher on average.
public struct Agreement: Sendable {
    public let first: String
    public let second: String
    public let metrics: RegressionMetrics
    public let intervals: Bootstrap.Intervals
    public let test: PairedTTest
    /// Nil for a single image.
    public let limits: BlandAltman?
    /// ICC(2,1); nil where it is undefined.
    public let absoluteAgreement: IntraclassCorrelation?
    /// ICC(3,1); nil where it is undefined.
    public let consistency: IntraclassCorrelation?

    /// `prediction – mean reader`.
    public var name: String { "\(first) – \(second)" }

    /// A measurement: what it is called, and a number for each image.
    typealias Series = (name: String, values: [Double])

    /// Comparisons of series of the same images, at least one image.
    static func compare(_ pairs: [(Series, Series)]) -> [Agreement] {
        let intervals = Bootstrap.intervals(pairs.map { (first: $0.0.values, second: $0.1.values) })
        return zip(pairs, intervals).map { Agreement($0.0, $0.1, $1) }
    }

    private init(_ first: Series, _ second: Series, _ intervals: Bootstrap.Intervals) {
        self.first = first.name
        self.second = second.name
        self.intervals = intervals
        metrics = RegressionMetrics(predictions: first.values, scores: second.values)
        test = PairedTTest(first.values, second.values)
        limits = BlandAltman(first.values, second.values)
        absoluteAgreement = .absoluteAgreement(first.values, second.values)
        consistency = .consistency(first.values, second.values)
    }
}
