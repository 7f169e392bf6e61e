/// Bilinear resize with antialiasing (see `ResizeWeights`) of rows that come from the top, each once: the rows of the
/// result that a row takes part in are added up as it comes.
struct Resizer {
    private let across: ResizeWeights
    private let down: ResizeWeights
    private let columns: Int
    private let rows: Int
    private let channels: Int
    /// The rows that the result depends on.
    let source: Range<Int>
    private var result: [Float]
    /// The first row of the result that is not complete.
    private var first = 0
    private var narrowed: [Float]

    /// From `width` × `height` to `target`, of which `window` is kept.
    init(width: Int, height: Int, channels: Int, target: (width: Int, height: Int), window: PixelWindow) {
        across = ResizeWeights(input: width, output: target.width, window: window.columns)
        down = ResizeWeights(input: height, output: target.height, window: window.rows)
        source = down.source
        (columns, rows, self.channels) = (window.columns.count, window.rows.count, channels)
        result = [Float](repeating: 0, count: columns * rows * channels)
        narrowed = [Float](repeating: 0, count: columns)
    }

    /// Adds row `y` of the source, planar; rows come in ascending order. Rows outside of `source` change nothing.
    mutating func add(_ row: [Float], at y: Int) {
        guard source.contains(y) else { return }
        while first < rows, down.starts[first] + down.counts[first] <= y { first += 1 }
        let width = row.count / channels
        for channel in 0..<channels {
            narrow(row, from: channel * width)
            var target = first
            while target < rows, down.starts[target] <= y {
                let weight = down.weights[target * down.stride + y - down.starts[target]]
                let start = (channel * rows + target) * columns
                for x in 0..<columns { result[start + x] += weight * narrowed[x] }
                target += 1
            }
        }
    }

    /// The window, once all rows have come.
    func image() -> Image { Image(width: columns, height: rows, channels: channels, samples: result) }

    private mutating func narrow(_ row: [Float], from offset: Int) {
        for x in 0..<columns {
            let start = offset + across.starts[x], weight = x * across.stride
            var sum: Float = 0
            for k in 0..<across.counts[x] { sum += row[start + k] * across.weights[weight + k] }
            narrowed[x] = sum
        }
    }
}
