/// Which share of each series, in per cent, lies in each range, for one or more series side by side. All series
/// have the same bins, which begin at round numbers.
public struct HistogramPlot: Sendable {
    public struct Series: Sendable {
        public let name: String
        public let values: [Double]

        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values.filter(\.canBeDrawn)
        }
    }

    public var title: String
    public var subtitle = ""
    /// What must not be overlooked, in the upper right corner: "synthetic phantoms".
    public var note = ""
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]

    public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }

    /// About so many bins.
    private static let binCount = 30.0

    /// The picture as SVG text.
    public var svg: String {
        let values = series.flatMap(\.values)
        let (bins, counts) = counted
        let shares = zip(counts, series).map { counts, series in
            counts.map { 100 * Double($0) / Double(max(series.values.count, 1)) }
        }
        let keys =
            series.count > 1
            ? series.enumerated().map { PlotFrame.Key(name: $1.name, color: PlotStyle.color($0), isFilled: true) } : []
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note,
            x: Axis(xLabel, covering: [bins.first, bins.last + bins.width], tickCount: 10),
            y: Axis(yLabel, covering: shares.flatMap { $0 }, includesZero: true),
            keys: keys, width: 600, height: 320
        )
        if values.isEmpty { frame.noteAbsence("no images") }
        frame.draw { svg, place in
            let width = bins.width * 0.88 / Double(max(series.count, 1))
            for (index, shares) in shares.enumerated() {
                for (bin, share) in shares.enumerated() where share > 0 {
                    let start = bins.first + Double(bin) * bins.width + bins.width * 0.06 + Double(index) * width
                    let (low, high) = (place(start, 0), place(start + width, share))
                    svg.rectangle(
                        x: low.x, y: high.y, width: high.x - low.x, height: low.y - high.y, fill: PlotStyle.color(index)
                    )
                }
            }
        }
        return frame.svg.document
    }

    /// The bins (the first one's lower edge, the last one's, the width) and for each series how many values each bin
    /// holds, its upper edge left out.
    package var counted: (bins: (first: Double, last: Double, width: Double), counts: [[Int]]) {
        let values = series.flatMap(\.values)
        let low = values.min() ?? 0, high = values.max() ?? 1
        let width = Axis.step(for: max(high - low, max(abs(high), 1) * 1e-6) / Self.binCount)
        let first = (low / width).rounded(.down), last = (high / width).rounded(.down)
        let counts = series.map { series in
            var counts = [Int](repeating: 0, count: Int(last - first) + 1)
            for value in series.values { counts[Int((value / width).rounded(.down) - first)] += 1 }
            return counts
        }
        return ((first * width, last * width, width), counts)
    }
}
