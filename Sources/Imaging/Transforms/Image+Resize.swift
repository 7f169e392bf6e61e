/// A rectangle of pixels.
public struct PixelWindow: Sendable, Equatable {
    public var columns: Range<Int>
    public var rows: Range<Int>

    public init(columns: Range<Int>, rows: Range<Int>) {
        self.columns = columns
        self.rows = rows
    }
}

extension Image {
    /// Bilinear resize with antialiasing (see `ResizeWeights`) to `width` × `height`, of which only `window` is
    /// computed and returned: the same bits as cropping the whole result. An axis that keeps its size keeps its values.
    public func resized(width: Int, height: Int, window: PixelWindow? = nil) -> Image {
        let window = window ?? PixelWindow(columns: 0..<width, rows: 0..<height)
        var resizer = Resizer(
            width: self.width, height: self.height, channels: channels, target: (width, height), window: window)
        var rows = ImageRows(self)
        for y in 0..<self.height { resizer.add(rows.next(), at: y) }
        return resizer.image()
    }

    /// The same of rows that come one by one, of which the `planes` are resized.
    init(
        resizing rows: inout some PixelRows, planes: ChannelConversion, width: Int, height: Int, window: PixelWindow
    ) throws {
        var resizer = Resizer(
            width: rows.width, height: rows.height, channels: planes.planes, target: (width, height), window: window)
        for y in 0..<rows.height {
            // Also rows that the window does not need are decoded: damage is an error wherever it is.
            let row = try rows.next()
            if resizer.source.contains(y) { resizer.add(planes.planes(of: row, pixels: rows.width), at: y) }
        }
        self = resizer.image()
    }
}
