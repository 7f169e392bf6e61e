/// The looks that all plots share.
enum PlotStyle {
    static let fonts = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
    static let ink = "#222222"
    static let faintInk = "#666666"
    static let grid = "#e4e4e4"
    static let paper = "#ffffff"
    /// One a series, told apart also by people who do not see all colours.
    static let series = ["#1f5fa8", "#d9722b", "#2f8f6b", "#8a4f9e"]

    static let titleSize = 15.0
    static let labelSize = 12.5
    static let tickSize = 11.5

    static func color(_ index: Int) -> String { series[index % series.count] }

    /// About the width of a text: exact widths depend on the font the viewer has.
    static func width(of text: String, size: Double) -> Double { Double(text.count) * size * 0.6 }
}
