import TesseraTensors

/// Some rows and columns of one image of a value.
struct RowWindow: Sendable {
    let image: Int
    let rows: Range<Int>
    var columns: Range<Int>
    /// Of what the stage cuts its channels into; nil for all.
    var parts: Range<Int>?

    /// Calls `body` with the first pixel and the number of pixels of every run that lies in one piece: a row, or all
    /// rows where `joins` says that whole rows follow one another without a gap.
    func forEachRun(joining joins: Bool, _ body: (_ y: Int, _ x: Int, _ pixels: Int) -> Void) {
        if joins { return body(rows.lowerBound, columns.lowerBound, rows.count * columns.count) }
        for y in rows { body(y, columns.lowerBound, columns.count) }
    }
}

/// Rows of one image in memory, wherever they lie: a tensor in either layout, a slice of a wider one, or a ring that
/// keeps the last few. Row addresses are computed here and nowhere else.
struct Rows {
    let base: UnsafeMutableRawPointer
    let rowBytes: Int
    let pixelBytes: Int
    let width: Int
    let height: Int
    /// The rows that are kept: row y lies in slot y mod `slots`. A whole tensor keeps all of them.
    let slots: Int

    /// The first pixel of row y; nil outside of the image, which is padding.
    func row(_ y: Int) -> UnsafeMutableRawPointer? {
        guard y >= 0, y < height else { return nil }
        return base + (slots == height ? y : y % slots) * rowBytes
    }

    func pixel(_ y: Int, _ x: Int) -> UnsafeMutableRawPointer { row(y)! + x * pixelBytes }

    func floats(_ y: Int, _ x: Int = 0) -> UnsafeMutablePointer<Float> {
        pixel(y, x).assumingMemoryBound(to: Float.self)
    }

    /// Row y for a kernel, nil in the padding.
    func pointer(_ y: Int) -> UnsafePointer<Float>? {
        row(y).map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
    }

    /// Floats from a pixel to the next.
    var pixelStride: Int { pixelBytes / 4 }

    /// Whether the rows of a window follow one another without a gap.
    func joins(_ window: RowWindow) -> Bool {
        slots == height && rowBytes == width * pixelBytes && window.columns.count == width
    }
}

/// How a value lies in memory as images of rows.
struct ImageLayout: Sendable, Equatable {
    let images: Int
    let height: Int
    let width: Int
    let channels: Int
    let elementBytes: Int
    /// The channels of a pixel lie side by side; otherwise each channel is a plane of its own.
    let isChannelsLast: Bool

    /// A value [N, C, H, W]; missing leading axes have the extent 1.
    init(_ operand: Operand) {
        precondition(operand.shape.count <= 4, "no images of shape \(operand.shape)")
        let shape = Array(repeating: 1, count: 4 - operand.shape.count) + operand.shape
        (images, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
        elementBytes = operand.element.byteCount
        isChannelsLast = operand.layout == .channelsLast || Layout.dense.isSame(as: .channelsLast, for: shape)
    }

    /// A value [N, C] as one image of N rows of one pixel.
    init(vectors operand: Operand) {
        (images, height, width, channels) = (1, operand.shape[0], 1, operand.shape[1])
        elementBytes = operand.element.byteCount
        isChannelsLast = true
    }

    var pixelBytes: Int { (isChannelsLast ? channels : 1) * elementBytes }
    var rowBytes: Int { width * pixelBytes }
    /// From a channel of a pixel to the next.
    var channelBytes: Int { isChannelsLast ? elementBytes : height * width * elementBytes }
    var floatsPerRow: Int { width * channels }

    /// The rows of one image of a tensor that begins at `base`; a single image serves all.
    func rows(at base: UnsafeMutableRawPointer, image: Int) -> Rows {
        let imageBytes = images == 1 ? 0 : height * width * channels * elementBytes
        return Rows(
            base: base + image * imageBytes, rowBytes: rowBytes, pixelBytes: pixelBytes, width: width, height: height,
            slots: height)
    }

    /// A ring of the last `slots` rows of an image, of the columns from `firstColumn` on, as many as `columns`.
    func ring(at base: UnsafeMutableRawPointer, slots: Int, firstColumn: Int, columns: Int) -> Rows {
        Rows(
            base: base - firstColumn * pixelBytes, rowBytes: ringRowBytes(slots: slots, columns: columns),
            pixelBytes: pixelBytes, width: width, height: height, slots: slots)
    }

    /// Bytes of a ring, with a vector of slack: kernels read past the last pixel.
    func ringBytes(slots: Int, columns: Int) -> Int {
        slots == 0 ? 0 : slots * ringRowBytes(slots: slots, columns: columns) + 64
    }

    /// Rows of a ring begin at cache lines; those of a whole image follow one another without a gap.
    private func ringRowBytes(slots: Int, columns: Int) -> Int {
        let bytes = columns * pixelBytes
        return slots == height && columns == width ? bytes : (bytes + 63) / 64 * 64
    }
}
