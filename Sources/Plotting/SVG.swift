import Foundation

/// A picture as SVG text, element after element. The same calls give the same bytes: numbers have at most two decimals,
/// and text is escaped.
package struct SVG {
    enum Anchor: String { case start, middle, end }

    let width: Double
    let height: Double
    private var elements: [String] = []

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// The pictures one below the other.
    init(stacking pictures: [SVG]) {
        self.init(width: pictures.map(\.width).max() ?? 0, height: pictures.reduce(0) { $0 + $1.height })
        var top = 0.0
        for picture in pictures {
            elements += ["<g transform=\"translate(0 \(Self.number(top)))\">"] + picture.elements + ["</g>"]
            top += picture.height
        }
    }

    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, fill: String, opacity: Double = 1
    ) {
        elements.append(
            "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" fill=\"\(fill)\"\(Self.opaque(opacity))/>"
        )
    }

    mutating func line(_ points: [(x: Double, y: Double)], stroke: String, width: Double, dashes: String? = nil) {
        let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }.joined(separator: " ")
        let dashed = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
        elements.append(
            "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\"\(dashed)/>"
        )
    }

    mutating func circle(x: Double, y: Double, radius: Double, fill: String, opacity: Double = 1) {
        elements.append(
            "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" fill=\"\(fill)\"\(Self.opaque(opacity))/>"
        )
    }

    private static func opaque(_ opacity: Double) -> String {
        opacity == 1 ? "" : " fill-opacity=\"\(number(opacity))\""
    }

    /// `y` is the base line; `turned` text runs upwards.
    mutating func text(
        _ text: String, x: Double, y: Double, size: Double, anchor: Anchor = .start, fill: String = PlotStyle.ink,
        isBold: Bool = false, turned: Bool = false
    ) {
        let rotation = turned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
        let weight = isBold ? " font-weight=\"bold\"" : ""
        elements.append(
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(fill)\"\(weight)\(rotation)>\(Self.escaped(text))</text>"
        )
    }

    var document: String {
        let size =
            "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\""
        let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) font-family=\"\(PlotStyle.fonts)\">"
        return ([head] + elements + ["</svg>", ""]).joined(separator: "\n")
    }

    /// At most two decimals, without zeros at the end.
    package static func number(_ value: Double) -> String {
        var text = decimal(value, places: 2)
        guard !text.contains("e") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text == "-0" ? "0" : text
    }

    /// With exactly so many decimals, whatever the locale.
    package static func decimal(_ value: Double, places: Int) -> String {
        let scale = pow(10, Double(places)), scaled = (value * scale).rounded()
        guard abs(scaled) < 1e15 else { return "\(value)" }
        let whole = Int(scaled.magnitude), unit = Int(scale)
        let sign = scaled < 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let part = String(whole % unit)
        return "\(sign)\(whole / unit)." + String(repeating: "0", count: places - part.count) + part
    }

    /// Safe between tags: markup is escaped, and characters that XML forbids become a replacement character.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
