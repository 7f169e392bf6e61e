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
    /// A place on an axis with its name: a dashed line across the plot.
    public struct Mark: Sendable {
        public let name: String
        public let place: Double

        public init(_ name: String, _ place: Double) { (self.name, self.place) = (name, place) }
    }

    /// Upright lines at places of the x axis.
    public var columns: [Mark] = []
    /// Level lines at places of the y axis, which covers them.
    public var levels: [Mark] = []

    public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
    }

    /// The picture as SVG text; the y axis includes 0.
    public var svg: String { drawing.document }

    /// Several plots in one picture, one below the other.
    public static func svg(stacking plots: [LinePlot]) -> String { SVG(stacking: plots.map(\.drawing)).document }

    private var drawing: SVG {
        let points = series.flatMap(\.points)
        let keys =
            series.enumerated().map { PlotFrame.Key(name: $1.name, color: PlotStyle.color($0)) }
            + levels.map { PlotFrame.Key(name: $0.name, color: PlotStyle.faintInk, dashes: "6 4") }
            + columns.map { PlotFrame.Key(name: $0.name, color: PlotStyle.faintInk, dashes: "2 3") }
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note,
            x: Axis(xLabel, covering: points.map(\.x), isWhole: xIsWhole, tickCount: 8),
            y: Axis(yLabel, covering: points.map(\.y) + levels.map(\.place), includesZero: true), keys: keys,
            width: 600, height: 320
        )
        if points.isEmpty { frame.noteAbsence("nothing yet") }
        let (x, y) = (frame.x, frame.y)
        frame.draw { svg, place in
            for level in levels where level.place.canBeDrawn {
                svg.line(
                    [place(x.lower, level.place), place(x.upper, level.place)], stroke: PlotStyle.faintInk, width: 1.4,
                    dashes: "6 4")
            }
            for column in columns where (x.lower...x.upper).contains(column.place) {
                svg.line(
                    [place(column.place, y.lower), place(column.place, y.upper)], stroke: PlotStyle.faintInk,
                    width: 1.4, dashes: "2 3")
            }
            for (index, series) in series.enumerated() {
                let path = series.points.map { place($0.x, $0.y) }
                if path.count > 1 { svg.line(path, stroke: PlotStyle.color(index), width: series.isFaint ? 0.8 : 2) }
                if series.showsPoints || path.count == 1 {
                    for point in path { svg.circle(x: point.x, y: point.y, radius: 3, fill: PlotStyle.color(index)) }
                }
            }
        }
        return frame.svg
    }
}
