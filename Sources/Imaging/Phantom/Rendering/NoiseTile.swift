import TesseraTensors

/// Nearly normal numbers (mean 0, deviation 1) on a periodic grid, read with bilinear interpolation: the grain of bone
/// and flesh.
struct NoiseTile {
    private static let side = 128
    private let values: [Float]

    init(_ stream: inout RandomStream) {
        values = (0..<Self.side * Self.side).map { _ in Self.nearlyNormal(stream.next()) }
    }

    /// The sum of four 16-bit uniform numbers, shifted and scaled to mean 0 and deviation 1.
    @inline(__always)
    static func nearlyNormal(_ bits: UInt64) -> Float {
        let sum = Int64(bits & 0xFFFF) + Int64(bits >> 16 & 0xFFFF) + Int64(bits >> 32 & 0xFFFF) + Int64(bits >> 48)
        return Float(sum - 131_070) * (1.7320508 / 65536)
    }

    func callAsFunction(_ p: Point) -> Float {
        let x = p.x.rounded(.down), y = p.y.rounded(.down)
        let fx = p.x - x, fy = p.y - y
        let mask = Self.side - 1
        let x0 = Int(x) & mask, y0 = Int(y) & mask, x1 = (x0 + 1) & mask, y1 = (y0 + 1) & mask
        let top = values[y0 * Self.side + x0] * (1 - fx) + values[y0 * Self.side + x1] * fx
        let bottom = values[y1 * Self.side + x0] * (1 - fx) + values[y1 * Self.side + x1] * fx
        return top * (1 - fy) + bottom * fy
    }
}
