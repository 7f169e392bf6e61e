/// What surrounds the data of every plot: title, subtitle, legend, axes, ticks and grid.
struct PlotFrame {
    struct Key {
        let name: String
        let color: String
        var dashes: String?
        /// Drawn as a dot or block instead of a line.
        var isFilled = false
    }

    let x: Axis
    let y: Axis
    private(set) var svg: SVG
    private let left: Double
    private let top: Double
    private let width: Double
    private let height: Double

    /// A frame whose data area is `width` × `height`. Empty subtitles, notes and keys take no room.
    init(
        title: String, subtitle: String = "", note: String = "", x: Axis, y: Axis, keys: [Key] = [], width: Double,
        height: Double, rightMargin: Double = 24
    ) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
        let widestTick = y.ticks.map { PlotStyle.width(of: y.text($0), size: PlotStyle.tickSize) }.max() ?? 0
        left = 44 + widestTick
        var line = 28.0
        if !note.isEmpty { line += 14 }
        let titleLine = line
        if !subtitle.isEmpty { line += 19 }
        let subtitleLine = line
        if !keys.isEmpty { line += 21 }
        top = line + 14
        svg = SVG(width: left + width + rightMargin, height: top + height + 54)
        svg.rectangle(x: 0, y: 0, width: svg.width, height: svg.height, fill: PlotStyle.paper)
        if !note.isEmpty {
            svg.text(
                note, x: left + width, y: 20, size: PlotStyle.labelSize, anchor: .end, fill: PlotStyle.faintInk,
                isBold: true)
        }
        svg.text(title, x: left, y: titleLine, size: PlotStyle.titleSize, isBold: true)
        if !subtitle.isEmpty {
            svg.text(subtitle, x: left, y: subtitleLine, size: PlotStyle.labelSize, fill: PlotStyle.faintInk)
        }
        drawKeys(keys, y: line)
        drawAxes()
    }

    /// Draws the data: `body` gets the picture and the place of a pair of values.
    mutating func draw(_ body: (_ svg: inout SVG, _ place: (Double, Double) -> (x: Double, y: Double)) -> Void) {
        let (x, y, left, top, width, height) = (x, y, left, top, width, height)
        body(&svg) { (x: left + x.fraction($0) * width, y: top + (1 - y.fraction($1)) * height) }
    }

    /// Said in the middle where there is nothing to draw.
    mutating func noteAbsence(_ text: String) {
        svg.text(
            text, x: left + width / 2, y: top + height / 2, size: PlotStyle.labelSize, anchor: .middle,
            fill: PlotStyle.faintInk)
    }

    private mutating func drawKeys(_ keys: [Key], y: Double) {
        var place = left
        for key in keys {
            if key.isFilled {
                svg.rectangle(x: place, y: y - 9, width: 10, height: 10, fill: key.color)
                place += 16
            } else {
                svg.line([(place, y - 4), (place + 22, y - 4)], stroke: key.color, width: 2, dashes: key.dashes)
                place += 28
            }
            svg.text(key.name, x: place, y: y, size: PlotStyle.labelSize)
            place += PlotStyle.width(of: key.name, size: PlotStyle.labelSize) + 22
        }
    }

    private mutating func drawAxes() {
        let bottom = top + height, right = left + width
        for tick in y.ticks {
            let place = top + (1 - y.fraction(tick)) * height
            svg.line([(left, place), (right, place)], stroke: PlotStyle.grid, width: 1)
            svg.text(y.text(tick), x: left - 8, y: place + 4, size: PlotStyle.tickSize, anchor: .end)
        }
        for tick in x.ticks {
            let place = left + x.fraction(tick) * width
            svg.line([(place, top), (place, bottom)], stroke: PlotStyle.grid, width: 1)
            svg.text(x.text(tick), x: place, y: bottom + 17, size: PlotStyle.tickSize, anchor: .middle)
        }
        svg.line([(left, top), (left, bottom), (right, bottom)], stroke: PlotStyle.ink, width: 1.2)
        svg.text(x.label, x: left + width / 2, y: bottom + 40, size: PlotStyle.labelSize, anchor: .middle)
        svg.text(y.label, x: 20, y: top + height / 2, size: PlotStyle.labelSize, anchor: .middle, turned: true)
    }
}
