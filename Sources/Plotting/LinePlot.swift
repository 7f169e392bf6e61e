/// Lines over a common axis, such as a loss over steps. Points that are no numbers are left out.
public struct LinePlot: Sendable {
    public struct Series: Sendable {
        public let name: String
        public let points: [(x: Double, y: Double)]
        /// A dot at every point, for few of them.
        public let showsPoints: Bool
        /// A thin line in the background, for noisy values.
        public let isFaint: Bool

        public init(
            _ name: String, _ points: [(x: Double, y: Double)], showsPoints: Bool = false, isFaint: Bool = false
        ) {
            self.name = name
            self.points = points.filter { $0.x.canBeDrawn && $0.y.canBeDrawn }
            self.showsPoints = showsPoints
            self.isFaint = isFaint
        }
    }

    public var title: String
    public var subtitle = ""
    /// What must not be overlooked, in the upper right corner: "synthetic phantoms".
    public var note = ""
    public var xLabel: String
    public var yLabel: String
    /// Ticks of the x axis at whole numbers only.
    public var xIsWhole = false
    public var series: [Series]

    public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }

    /// The picture as SVG text; the y axis includes 0.
    public var svg: String {
        let points = series.flatMap(\.points)
        let keys = series.enumerated().map { PlotFrame.Key(name: $1.name, color: PlotStyle.color($0)) }
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note,
            x: Axis(xLabel, covering: points.map(\.x), isWhole: xIsWhole, tickCount: 8),
            y: Axis(yLabel, covering: points.map(\.y), includesZero: true), keys: keys, width: 600, height: 320
        )
        if points.isEmpty { frame.noteAbsence("nothing yet") }
        frame.draw { svg, place in
            for (index, series) in series.enumerated() {
                let path = series.points.map { place($0.x, $0.y) }
                if path.count > 1 { svg.line(path, stroke: PlotStyle.color(index), width: series.isFaint ? 0.8 : 2) }
                if series.showsPoints || path.count == 1 {
                    for point in path { svg.circle(x: point.x, y: point.y, radius: 3, fill: PlotStyle.color(index)) }
                }
            }
        }
        return frame.svg.document
    }
}
