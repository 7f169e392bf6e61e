/// How much work is cut off at once. These numbers depend on nothing, so that cuts depend on shapes alone.
enum WorkSize {
    /// Floats that a tile writes: 256 KB, which the second cache holds beside what it reads.
    static let tileFloats = 65_536
    /// Floats of the pixels that a matrix product reads at once: 128 KB, beside the weights.
    static let pixelFloats = 32_768
    /// Floats of a block whose sums are taken together: 256 KB, which a second look still finds in the second cache.
    static let blockFloats = 65_536
    /// An image is cut into this many tiles at least, where it has as many rows, or parts of its channels.
    static let tilesPerImage = 4
    /// Pixels that members of a sliding window compute at once, at least: a matrix product of fewer is slow.
    static let pixelsAtOnce = 64
    /// Scratch memory of a stage, which bounds the rows that it computes at once: half of the second cache.
    static let scratchBytes = 512 << 10
    /// Blocks whose partial sums are kept apart, and the floats of all these.
    static let partialSums = 16, partialFloats = 4 << 20
    /// Pixels of such a block, at least: with fewer, joining costs more than summing.
    static let blockPixels = 64
    /// Channels whose sums one tile joins.
    static let joinedChannels = 64
    /// Pixels whose products are summed in float before they are added to a partial sum.
    static let productPixels = 512
    /// A matrix product of few rows is cut into so many parts of its columns, at most.
    static let productParts = 16
    /// Rows of a matrix product that are computed at once, at least.
    static let productRows = 256
    /// Elements of a parameter that one tile updates.
    static let updateFloats = 16_384
}

/// Equal pieces of a range, the last one smaller.
package struct Pieces: Sendable {
    let total: Int
    let size: Int
    package var count: Int { (total + size - 1) / size }

    init(of total: Int, size: Int) {
        self.total = total
        self.size = min(max(size, 1), max(total, 1))
    }

    func range(_ index: Int) -> Range<Int> { index * size..<min(total, (index + 1) * size) }
}

extension Pieces {
    /// Of channels, for the join of their sums.
    static func joined(_ channels: Int) -> Pieces { Pieces(of: channels, size: WorkSize.joinedChannels) }
}

/// Tiles of a batch of images: rows of one image, or several small images whole.
struct RowTiles: Sendable {
    private let images: Pieces
    private let rows: Pieces
    var count: Int { images.count * rows.count }

    init(images: Int, rows height: Int, floatsPerRow: Int) {
        let size = max(1, WorkSize.tileFloats / max(floatsPerRow, 1))
        if size >= 2 * height {
            rows = Pieces(of: height, size: height)
            self.images = Pieces(of: images, size: size / max(height, 1))
        } else {
            let most = max(1, (height + WorkSize.tilesPerImage - 1) / WorkSize.tilesPerImage)
            rows = Pieces(of: height, size: min(size, most))
            self.images = Pieces(of: images, size: 1)
        }
    }

    /// Strips of so many rows of one image.
    init(images: Int, rows height: Int, rowsPerTile: Int) {
        self.images = Pieces(of: images, size: 1)
        rows = Pieces(of: height, size: rowsPerTile)
    }

    var rowsPerTile: Int { rows.size }
    /// The rows of an image, tile by tile.
    var strips: [Range<Int>] { (0..<rows.count).map { rows.range($0) } }

    func tile(_ index: Int) -> (images: Range<Int>, rows: Range<Int>) {
        (images.range(index / max(rows.count, 1)), rows.range(index % max(rows.count, 1)))
    }
}

/// Blocks of a batch for sums over its pixels, joined in their order: rows of one image, or several images whole.
struct RowBlocks: Sendable {
    private let images: Pieces
    private let rows: Pieces
    var count: Int { images.count * rows.count }
    var blocksPerImage: Int { rows.count }

    /// Rows of one image of about `WorkSize.blockFloats`.
    init(images: Int, rows height: Int, floatsPerRow: Int) {
        self.images = Pieces(of: images, size: 1)
        rows = Pieces(of: height, size: WorkSize.blockFloats / max(floatsPerRow, 1))
    }

    /// At most `limit` blocks, or one an image where that is less.
    init(images: Int, rows height: Int, limit: Int) {
        self.images = Pieces(of: images, size: (images + limit - 1) / limit)
        let pieces = max(1, limit / max(images, 1))
        rows = Pieces(of: height, size: (height + pieces - 1) / pieces)
    }

    func block(_ index: Int) -> (images: Range<Int>, rows: Range<Int>) {
        (images.range(index / max(rows.count, 1)), rows.range(index % max(rows.count, 1)))
    }
}
