/// A curve of true over false positive rate, with the line of chance.
public struct RatePlot: Sendable {
    public var title: String
    public var subtitle = ""
    /// What must not be overlooked, in the upper right corner: "synthetic phantoms".
    public var note = ""
    /// From (0, 0) to (1, 1).
    public var points: [(falsePositiveRate: Double, truePositiveRate: Double)]

    public init(title: String, points: [(falsePositiveRate: Double, truePositiveRate: Double)]) {
        self.title = title
        self.points = points
    }

    /// The picture as SVG text.
    public var svg: String {
        let x = Axis("false positive rate (1 − specificity)", covering: [0, 1]),
            y = Axis("true positive rate (sensitivity)", covering: [0, 1])
        let keys = [PlotFrame.Key(name: "chance", color: PlotStyle.faintInk, dashes: "6 4")]
        var frame = PlotFrame(
            title: title, subtitle: subtitle, note: note, x: x, y: y, keys: keys, width: 460, height: 460)
        frame.draw { svg, place in
            svg.line([place(0, 0), place(1, 1)], stroke: PlotStyle.faintInk, width: 1.4, dashes: "6 4")
            svg.line(
                points.map { place($0.falsePositiveRate, $0.truePositiveRate) }, stroke: PlotStyle.color(0), width: 2)
        }
        return frame.svg.document
    }
}
