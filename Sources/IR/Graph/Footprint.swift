import TesseraTensors

/// The cells of an input that a run of output cells reads along one axis: output cells a..<b read the input cells
/// ⌈(a · step + first) / scale⌉ … ⌊((b − 1) · step + last) / scale⌋, as far as they exist.
public struct Footprint: Sendable, Equatable {
    public var step: Int
    public var first: Int
    public var last: Int
    public var scale: Int

    public init(step: Int = 1, first: Int = 0, last: Int = 0, scale: Int = 1) {
        precondition(step >= 0 && scale > 0, "a footprint of step \(step) and scale \(scale)")
        self.step = step
        self.first = first
        self.last = last
        self.scale = scale
    }

    /// Each output cell reads the input cell of the same index.
    public static let same = Footprint()
    /// Every output cell reads the one cell there is: a repeated axis.
    public static let repeated = Footprint(step: 0)

    /// What a run of output cells reads, of an axis of `extent` cells; empty where all of it is padding.
    public func range(of output: Range<Int>, extent: Int) -> Range<Int> {
        guard !output.isEmpty else { return 0..<0 }
        let lower = -Self.floor(-(output.lowerBound * step + first), scale)
        let upper = Self.floor((output.upperBound - 1) * step + last, scale) + 1
        let begin = min(max(lower, 0), extent)
        return begin..<max(begin, min(upper, extent))
    }

    private static func floor(_ a: Int, _ b: Int) -> Int {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// The footprints along the rows and the columns of images.
public struct ImageFootprint: Sendable, Equatable {
    public var rows: Footprint
    public var columns: Footprint

    public init(rows: Footprint = .same, columns: Footprint = .same) {
        self.rows = rows
        self.columns = columns
    }

    public static let same = ImageFootprint()
}

/// An op whose output rows, images [N, C, H, W], need a few rows of some inputs, of the same image.
public protocol LocalOp: Op {
    /// The footprint of every input, nil for one that is needed whole (weights, statistics); nil where these inputs
    /// make the op anything else than local. The shapes must be known.
    func footprints(for inputs: [TensorType]) -> [ImageFootprint?]?
}
