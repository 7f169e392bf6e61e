/// What a film looks like as a whole, measured on a thumbnail of 64 × 64 grey cells, so that it depends neither on the
/// network's size nor on the fit. Values are shares of the range of the file's samples, 0 black to 1 white.
public struct ImageStatistics: Sendable, Equatable {
    public let width: Int, height: Int
    /// Bits of a sample.
    public let bits: Int
    public let mean: Double
    public let deviation: Double
    public let darkest: Double, brightest: Double
    /// The mean of the outermost sixteenth on all sides less that of the rest: above 0 where the background is bright.
    public let border: Double

    static let cells = 64

    /// Of a film of `width` × `height` pixels; see `ThumbnailRows`.
    init(thumbnail: Image, width: Int, height: Int, bits: Int) {
        (self.width, self.height, self.bits) = (width, height, bits)
        let moments = Moments(thumbnail), samples = thumbnail.samples
        mean = moments.mean[0]
        deviation = (moments.squares[0] / moments.count).squareRoot()
        darkest = Double(samples.min() ?? 0)
        brightest = Double(samples.max() ?? 0)
        let edge = Self.cells / 16, inside = edge..<Self.cells - edge
        var outer = 0.0, inner = 0.0
        for y in 0..<Self.cells {
            for x in 0..<Self.cells {
                let value = Double(samples[y * Self.cells + x])
                if inside.contains(x), inside.contains(y) { inner += value } else { outer += value }
            }
        }
        let innerCount = Double(inside.count * inside.count)
        border = outer / (moments.count - innerCount) - inner / innerCount
    }

    /// Whether there is nothing to see: no two cells differ by more than a step of 8 bits.
    var isBlank: Bool { brightest - darkest < 1.0 / 255 }

    /// How many bits the samples seem to use, where those of 16 bits leave the upper ones empty: 10, 12 or 14.
    var usedBits: Int? {
        guard bits == 16, !isBlank else { return nil }
        return [10, 12, 14].first { brightest <= Double((1 << $0) - 1) / 65_535 }
    }
}
