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
        let across = ResizeWeights(input: self.width, output: width, window: window.columns)
        let down = ResizeWeights(input: self.height, output: height, window: window.rows)
        var result: [Float] = []
        result.reserveCapacity(window.columns.count * window.rows.count * channels)
        for channel in 0..<channels {
            let narrowed = resizedAcross(channel, rows: down.source, across)
            Image.resizeDown(narrowed, columns: window.columns.count, down, into: &result)
        }
        return Image(width: window.columns.count, height: window.rows.count, channels: channels, samples: result)
    }

    private func resizedAcross(_ channel: Int, rows: Range<Int>, _ weights: ResizeWeights) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(rows.count * weights.starts.count)
        for y in rows {
            let row = (channel * height + y) * width
            for x in weights.starts.indices {
                let start = row + weights.starts[x], weight = x * weights.stride
                var sum: Float = 0
                for k in 0..<weights.counts[x] { sum += samples[start + k] * weights.weights[weight + k] }
                result.append(sum)
            }
        }
        return result
    }

    private static func resizeDown(
        _ source: [Float], columns: Int, _ weights: ResizeWeights, into result: inout [Float]
    ) {
        let first = weights.source.lowerBound
        var row = [Float](repeating: 0, count: columns)
        for y in weights.starts.indices {
            for x in 0..<columns { row[x] = 0 }
            for k in 0..<weights.counts[y] {
                let weight = weights.weights[y * weights.stride + k], start = (weights.starts[y] + k - first) * columns
                for x in 0..<columns { row[x] += weight * source[start + x] }
            }
            result += row
        }
    }
}
