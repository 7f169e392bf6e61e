/// How a film of any shape becomes a square.
public enum Fit: String, Codable, Sendable, CaseIterable {
    /// The shorter side is resized to the square's, and the ends of the longer one are cut off: the paper's.
    case crop
    /// The longer side is resized to the square's, and what the shorter one leaves open is black: all of the film.
    case pad
    /// Both sides are resized to the square's, whatever their ratio: all of the film, distorted.
    case stretch
}

/// Where a film lies in the square that a network takes: it is resized to `width` × `height`, and the square of `size`
/// whose first pixel is (`x`, `y`) of that is taken. What lies outside of the film is 0, as the unexposed background of
/// a radiograph.
struct Framing: Equatable {
    let width: Int, height: Int
    let x: Int, y: Int
    let size: Int

    /// The square of `size` of a film of `columns` × `rows` under `fit`.
    ///
    /// `scale` is what training draws, 0 < scale ≤ 1. Crop and stretch enlarge by 1 / scale before the square is cut
    /// out; pad reduces by it, so that no part of the film is ever lost. `place` (0..<1 in both directions) is where
    /// the square lies on the film or the film in the square, between the first and the last possible place; nil is the
    /// centre.
    init(_ fit: Fit, columns: Int, rows: Int, size: Int, scale: Double, place: (x: Double, y: Double)?) {
        let longer = Double(max(columns, rows)), shorter = Double(min(columns, rows))
        func rounded(_ value: Double) -> Int { max(1, Int(value.rounded())) }
        let short: Int, long: Int
        switch fit {
        case .crop:
            short = max(size, rounded(Double(size) / scale))
            long = max(short, rounded(Double(short) * (longer / shorter)))
        case .pad:
            long = min(size, rounded(Double(size) * scale))
            short = rounded(Double(long) * (shorter / longer))
        case .stretch:
            (short, long) = (max(size, rounded(Double(size) / scale)), max(size, rounded(Double(size) / scale)))
        }
        (width, height) = columns <= rows ? (short, long) : (long, short)
        x = Self.start(width, size, place?.x)
        y = Self.start(height, size, place?.y)
        self.size = size
    }

    /// Where a square begins on a side of `length`; negative where the side is shorter.
    private static func start(_ length: Int, _ size: Int, _ place: Double?) -> Int {
        let room = abs(length - size), start = place.map { Int($0 * Double(room + 1)) } ?? room / 2
        return length >= size ? start : -start
    }

    /// The part of the resized film that lies in the square.
    var window: PixelWindow {
        PixelWindow(columns: max(x, 0)..<min(x + size, width), rows: max(y, 0)..<min(y + size, height))
    }

    /// The square, of `image` as large as `window`.
    func placed(_ image: Image) -> Image {
        if image.width == size, image.height == size { return image }
        var square = Image(width: size, height: size, channels: image.channels)
        let left = max(-x, 0), top = max(-y, 0)
        for channel in 0..<image.channels {
            for row in 0..<image.height {
                let source = (channel * image.height + row) * image.width
                let target = (channel * size + top + row) * size + left
                square.samples.replaceSubrange(
                    target..<target + image.width, with: image.samples[source..<source + image.width])
            }
        }
        return square
    }
}
