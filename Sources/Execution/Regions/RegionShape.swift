/// How the windows of a region slide: the tiles that its output is cut into, and the rows that are computed at once.
/// Shapes follow the machine; they change no bit.
struct RegionShape: Sendable, Hashable {
    /// Rows and columns of the output that a tile computes. Rows and columns around a tile that inner members need are
    /// computed by its neighbours too.
    var tileRows: Int
    var tileColumns: Int
    /// Rows of the output at once; members before it compute the rows that these need.
    var rowsAtOnce: Int
}

extension RegionShape {
    /// Shapes worth weighing for an output of so many rows and columns: strips for the workers, of whole rows or of a
    /// part of the columns, and rows enough for a matrix product.
    static func candidates(rows: Int, columns: Int, workers: Int) -> [RegionShape] {
        let strips = Set(
            [1, 2, 4, 8].map { pieces in max(1, (rows + pieces * workers - 1) / (pieces * workers)) } + [rows])
        let widths = Set(
            [1, 2, 4, 8].map { (columns + $0 - 1) / $0 }.filter { $0 == columns || $0 >= WorkSize.pixelsAtOnce })
        let least = max(1, min(rows, WorkSize.pixelsAtOnce / max(columns, 1)))
        var shapes: [RegionShape] = []
        for tileRows in strips.sorted(by: >) {
            for tileColumns in widths.sorted(by: >) {
                for rowsAtOnce in Set([least, 2 * least, 4 * least].map { min($0, tileRows) }).sorted() {
                    shapes.append(RegionShape(tileRows: tileRows, tileColumns: tileColumns, rowsAtOnce: rowsAtOnce))
                }
            }
        }
        return shapes
    }
}
