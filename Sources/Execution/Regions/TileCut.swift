/// How the output of a region is cut into tiles: rows, each with all its columns, piece by piece, and these with all
/// parts of the channels.
package struct TileCut: Sendable {
    let rows: RowTiles
    package let columns: Pieces
    /// Of a node alone; one piece for all of them elsewhere.
    package var parts = Pieces(of: 1, size: 1)

    struct Tile {
        let images: Range<Int>
        let rows: Range<Int>
        let columns: Range<Int>
        /// Nil for all.
        let parts: Range<Int>?
    }

    var count: Int { rows.count * perStrip }
    /// The tiles of a strip of rows.
    var perStrip: Int { columns.count * parts.count }

    func tile(_ index: Int) -> Tile {
        let (images, strip) = rows.tile(index / max(perStrip, 1))
        return Tile(
            images: images, rows: strip, columns: columns.range(index / parts.count % max(columns.count, 1)),
            parts: parts.count == 1 ? nil : parts.range(index % parts.count))
    }
}

extension Pieces {
    /// Of parts of the channels: as many as an image has tiles.
    static func few(_ parts: Int) -> Pieces {
        Pieces(of: parts, size: (parts + WorkSize.tilesPerImage - 1) / WorkSize.tilesPerImage)
    }
}
