/// Pairs of values of one unit with the line on which both are equal: predictions against a reference. Both axes cover
/// the same range.
public struct ScatterPlot: Sendable {
    public var title: String
    public var subtitle = ""
    /// What must not be overlooked, in the upper right corner: "synthetic phantoms".
    public var note = ""
    public var xLabel: String
    public var yLabel: String
    /// What the line of equal values is called in the legend.
    public var identityName: String
    public var points: [(x: Double, y: Double)]

    public init(
        title: String, xLabel: String, yLabel: String, identityName: String = "equal", points: [(x: Double, y: Double)]
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.identityName = identityName
        self.points = points.filter { $0.x.canBeDrawn && $0.y.canBeDrawn }
    }

    /// The picture as SVG text.
    public var svg: String {
        let values = points.flatMap { [$0.x, $0.y] }
        let x = Axis(xLabel, covering: values, includesZero: true),
            y = Axis(yLabel, covering: values, includesZero: true)
        let keys = [PlotFrame.Key(name: identityName, color: PlotStyle.faintInk, dashes: "6 4")]
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note, x: x, y: y, keys: keys, width: 460, height: 460)
        if points.isEmpty { frame.noteAbsence("no images") }
        frame.draw { svg, place in
            svg.line(
                [place(x.lower, x.lower), place(x.upper, x.upper)], stroke: PlotStyle.faintInk, width: 1.4,
                dashes: "6 4")
            for point in points {
                let (x, y) = place(point.x, point.y)
                svg.circle(x: x, y: y, radius: 3.6, fill: PlotStyle.color(0), opacity: 0.5)
            }
        }
        return frame.svg.document
    }
}
