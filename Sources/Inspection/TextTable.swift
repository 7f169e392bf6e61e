import TesseraTensors

/// Rows of text with aligned columns, two spaces apart: names to the left, numbers to the right.
public struct TextTable: Sendable {
    public enum Alignment: Sendable { case left, right }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table whose first row is `header`; every later row has as many cells.
    public init(_ header: [(title: String, alignment: Alignment)]) {
        alignments = header.map(\.alignment)
        rows = [header.map(\.title)]
    }

    public mutating func add(_ cells: [String]) {
        precondition(cells.count == alignments.count, "\(cells.count) cells in a table of \(alignments.count) columns")
        rows.append(cells.map { $0.escapingControls() })
    }

    /// The lines, without spaces at their ends.
    public var lines: [String] {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return alignments[column] == .left ? cell + space : space + cell
            }
            var line = cells.joined(separator: "  ")[...]
            while line.last == " " { line = line.dropLast() }
            return String(line)
        }
    }

    public var text: String { lines.joined(separator: "\n") }
}

extension Int {
    /// With commas between groups of three digits: 1,887,241.
    public var grouped: String {
        let digits = Array(String(magnitude))
        var text = self < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
