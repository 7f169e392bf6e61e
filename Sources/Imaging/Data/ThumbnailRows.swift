/// The rows of a film on their way to somewhere else, of which a grey thumbnail of 64 × 64 cells is made as they pass.
struct ThumbnailRows: PixelRows {
    private let rows: PNGReader
    private let grey: ChannelConversion
    private var thumbnail: Resizer
    private var y = 0

    init(_ rows: PNGReader) throws {
        self.rows = rows
        grey = try ChannelConversion(from: rows.channels, to: 1)
        let cells = ImageStatistics.cells
        thumbnail = Resizer(
            width: rows.width, height: rows.height, channels: 1, target: (cells, cells),
            window: PixelWindow(columns: 0..<cells, rows: 0..<cells))
    }

    var width: Int { rows.width }
    var height: Int { rows.height }
    var channels: Int { rows.channels }

    mutating func next() throws -> [Float] {
        let row = try rows.next()
        thumbnail.add(grey.planes(of: row, pixels: width), at: y)
        y += 1
        return row
    }

    /// Of the whole film, once all rows have passed.
    var statistics: ImageStatistics {
        ImageStatistics(thumbnail: thumbnail.image(), width: width, height: height, bits: rows.header.bits)
    }
}
