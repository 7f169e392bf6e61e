import TesseraIR
import TesseraTensors

/// Nodes that run as one sliding window over the rows of an image: a value between them is a ring of its last few rows.
/// A node alone is a region too.
package struct Region: Sendable {
    /// Where an input of a member comes from.
    enum Source: Sendable {
        /// Memory of the step: a tensor that is read by rows or whole.
        case memory
        /// An earlier member, by these rows.
        case member(Int, Footprint)
    }

    struct Member: Sendable {
        let stage: Stage
        let sources: [Source]
    }

    /// Makers before their readers; the last makes the region's output.
    let members: [Member]
    let tiles: RowTiles
    /// Rows that each member computes at once, at most, and columns, where these are cut.
    let rowsAtOnce: [Int]
    let columnsAtOnce: Int?
    /// Rows that each member's ring keeps; 0 for the last one.
    package var ringRows: [Int]

    /// One node.
    init(_ stage: Stage, cut: WindowCut? = nil) {
        members = [Member(stage: stage, sources: stage.inputs.map { _ in .memory })]
        let output = stage.output
        tiles = RowTiles(images: output.images, rows: output.height, floatsPerRow: output.floatsPerRow)
        rowsAtOnce = [cut?.rows ?? stage.rowsAtOnce(upTo: tiles.rowsPerTile)]
        columnsAtOnce = cut?.columns
        ringRows = [0]
    }

    /// Several.
    init(_ members: [Member], cut: WindowCut? = nil) {
        self.members = members
        let output = members.last!.stage.output
        let widest = members.map(\.stage.output.floatsPerRow).max()!
        tiles = RowTiles(
            images: output.images, rows: output.height, floatsPerRow: widest, atLeast: WorkSize.stripRows)
        rowsAtOnce = members.map { cut?.rows ?? max(1, WorkSize.pixelsAtOnce / max($0.stage.output.width, 1)) }
        columnsAtOnce = cut?.columns
        ringRows = SlidingWindow(members, rowsAtOnce).ringRows(tiles)
    }

    var slidingWindow: SlidingWindow { SlidingWindow(members, rowsAtOnce) }

    /// The output may be written over these inputs: by one node alone, window by window.
    var inPlace: [Int] { members.count == 1 ? members[0].stage.inPlace : [] }
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
