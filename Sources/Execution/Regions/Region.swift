import TesseraIR
import TesseraTensors

/// Nodes that run as one sliding window over the rows of an image: a value between them is a ring of its last few rows.
/// A node alone is a region too.
package struct Region: Sendable {
    /// Where an input of a member comes from.
    enum Source: Sendable {
        /// Memory of the step: a tensor that is read by rows or whole.
        case memory
        /// An earlier member, by these rows and columns.
        case member(Int, ImageFootprint)
    }

    struct Member: Sendable {
        let stage: Stage
        let sources: [Source]
    }

    /// Makers before their readers; the last makes the region's output.
    let members: [Member]
    package let tiles: TileCut
    /// Rows that each member computes at once, at most, and columns, where these are cut.
    let rowsAtOnce: [Int]
    let columnsAtOnce: Int?
    /// Rows and columns that each member's ring keeps; 0 for the last one.
    package var ringRows: [Int]
    package let ringColumns: [Int]

    /// One node.
    init(_ stage: Stage, cut: WindowCut? = nil) {
        members = [Member(stage: stage, sources: stage.inputs.map { _ in .memory })]
        let output = stage.output
        let rows =
            if let given = stage.rowsAlone ?? (stage.isCutIntoParts ? output.height : nil) {
                RowTiles(images: output.images, rows: output.height, rowsPerTile: given)
            } else { RowTiles(images: output.images, rows: output.height, floatsPerRow: output.floatsPerRow) }
        tiles = TileCut(
            rows: rows, columns: Pieces(of: output.width, size: output.width),
            parts: stage.isCutIntoParts ? .few(stage.parts) : Pieces(of: 1, size: 1))
        rowsAtOnce = [cut?.rows ?? stage.rowsAlone ?? stage.rowsAtOnce(upTo: rows.rowsPerTile)]
        columnsAtOnce = cut?.columns
        (ringRows, ringColumns) = ([0], [0])
    }

    /// Several.
    init(_ members: [Member], _ shape: RegionShape, cut: WindowCut? = nil) {
        self.members = members
        let output = members.last!.stage.output
        tiles = TileCut(
            rows: RowTiles(images: output.images, rows: output.height, rowsPerTile: shape.tileRows),
            columns: Pieces(of: output.width, size: shape.tileColumns))
        rowsAtOnce = Self.rowsAtOnce(members, cut?.rows ?? shape.rowsAtOnce)
        columnsAtOnce = cut?.columns
        let sliding = SlidingWindow(members, rowsAtOnce)
        ringRows = sliding.ringRows(tiles.rows)
        ringColumns = sliding.ringColumns(tiles.columns)
    }

    /// The rows that each member computes for so many of the last one.
    private static func rowsAtOnce(_ members: [Member], _ last: Int) -> [Int] {
        var rows = [Int](repeating: 1, count: members.count)
        rows[members.count - 1] = last
        for (index, member) in members.enumerated().reversed() {
            for case .member(let maker, let footprint) in member.sources {
                let needed = rows[index] * footprint.rows.step / footprint.rows.scale
                rows[maker] = max(rows[maker], min(needed, members[maker].stage.output.height))
            }
        }
        return rows
    }

    var slidingWindow: SlidingWindow { SlidingWindow(members, rowsAtOnce) }

    /// Those of the members.
    package var kernels: [String] { members.map(\.stage.kernel) }

    /// `tiles of 128 rows, 2 rows at once, 48 KiB of rings`
    package var text: String {
        let width = members.last!.stage.output.width,
            columnText = tiles.columns.count == 1 ? "" : " × \(tiles.columns.size) of \(width) columns"
        let rows = rowsAtOnce.last!
        return "tiles of \(tiles.rows.rowsPerTile) rows\(columnText), \(rows) row\(rows == 1 ? "" : "s") at once, "
            + "\((ringBytes + 1023) / 1024) KiB of rings"
    }

    /// The output may be written over these inputs: by one node alone, window by window.
    var inPlace: [Int] { members.count == 1 ? members[0].stage.inPlace : [] }
}

extension Stage {
    /// Whether tiles are parts of the channels instead of rows: where there are more weights than pixels, which every
    /// strip of rows would read anew.
    var isCutIntoParts: Bool {
        parts > 1 && packing.byteCount > inputs.reduce(0) { $0 + ($1?.byteCount ?? 0) } / max(output.images, 1)
    }
}

/// Windows of another size than the usual, to show that results do not depend on it.
package struct WindowCut: Sendable {
    let rows: Int
    let columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }
}
