/// A picture that comes row by row from the top: an image in memory, or a file that is being decoded.
protocol PixelRows {
    var width: Int { get }
    var height: Int { get }
    /// As those of `Image`.
    var channels: Int { get }

    /// The next row, planar: `channels` × `width` samples. Called `height` times; the last call throws also where
    /// anything behind the last row is damaged.
    mutating func next() throws -> [Float]
}

/// The rows of an image in memory.
struct ImageRows: PixelRows {
    private let image: Image
    private var y = 0

    init(_ image: Image) { self.image = image }

    var width: Int { image.width }
    var height: Int { image.height }
    var channels: Int { image.channels }

    mutating func next() -> [Float] {
        defer { y += 1 }
        var row: [Float] = []
        row.reserveCapacity(width * channels)
        for channel in 0..<channels {
            let start = (channel * height + y) * width
            row += image.samples[start..<start + width]
        }
        return row
    }
}
