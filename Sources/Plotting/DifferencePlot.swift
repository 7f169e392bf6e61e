/// Differences of pairs over their means, with horizontal lines such as mean difference and limits of agreement: the
/// plot of Bland and Altman.
public struct DifferencePlot: Sendable {
    /// A horizontal line, with a band around it where its bounds are known.
    public struct Level: Sendable {
        public let name: String
        public let value: Double
        public let bounds: (lower: Double, upper: Double)?

        public init(_ name: String, _ value: Double, bounds: (lower: Double, upper: Double)? = nil) {
            self.name = name
            self.value = value
            self.bounds = bounds
        }
    }

    public var title: String
    public var subtitle = ""
    /// What must not be overlooked, in the upper right corner: "synthetic phantoms".
    public var note = ""
    public var xLabel: String
    public var yLabel: String
    public var points: [(x: Double, y: Double)]
    public var levels: [Level]

    public init(title: String, xLabel: String, yLabel: String, points: [(x: Double, y: Double)], levels: [Level]) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.points = points.filter { $0.x.canBeDrawn && $0.y.canBeDrawn }
        self.levels = levels.filter { level in
            [level.value, level.bounds?.lower ?? 0, level.bounds?.upper ?? 0].allSatisfy(\.canBeDrawn)
        }
    }

    /// The picture as SVG text; the y axis includes 0.
    public var svg: String {
        let heights = levels.flatMap { [$0.value, $0.bounds?.lower ?? $0.value, $0.bounds?.upper ?? $0.value] }
        let x = Axis(xLabel, covering: points.map(\.x)),
            y = Axis(yLabel, covering: points.map(\.y) + heights, includesZero: true)
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note, x: x, y: y, width: 600, height: 360, rightMargin: 78)
        if points.isEmpty { frame.noteAbsence("no images") }
        frame.draw { svg, place in
            for level in levels {
                guard let bounds = level.bounds else { continue }
                let (top, bottom) = (place(x.lower, bounds.upper), place(x.upper, bounds.lower))
                svg.rectangle(
                    x: top.x, y: top.y, width: bottom.x - top.x, height: bottom.y - top.y, fill: PlotStyle.color(1),
                    opacity: 0.13)
            }
            svg.line([place(x.lower, 0), place(x.upper, 0)], stroke: PlotStyle.faintInk, width: 1)
            for point in points {
                let (x, y) = place(point.x, point.y)
                svg.circle(x: x, y: y, radius: 3.6, fill: PlotStyle.color(0), opacity: 0.5)
            }
            for level in levels {
                let (start, end) = (place(x.lower, level.value), place(x.upper, level.value))
                svg.line([start, end], stroke: PlotStyle.color(1), width: 1.6, dashes: "7 4")
                svg.text(
                    level.name, x: end.x + 6, y: end.y + 4, size: PlotStyle.tickSize, fill: PlotStyle.color(1))
            }
        }
        return frame.svg.document
    }
}
