/// The upper half of a `Float`: 8 bits of exponent, 7 of fraction. Storage only; arithmetic goes through `Float`.
public struct BFloat16: Hashable, Sendable, BitwiseCopyable {
    public var bitPattern: UInt16

    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// Rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
    public init(_ value: Float) {
        let bits = value.bitPattern
        if value.isNaN {
            bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
        } else {
            let rounding = 0x7FFF + ((bits >> 16) & 1)
            bitPattern = UInt16(truncatingIfNeeded: (bits &+ rounding) >> 16)
        }
    }

    /// Rounds once: to a Float towards zero with an odd last bit where bits are lost, which keeps the second rounding
    /// from seeing a tie.
    public init(rounding value: Double) {
        let nearest = Float(value)
        guard Double(nearest) != value, nearest.isFinite, !value.isNaN else {
            self.init(nearest)
            return
        }
        let towardsZero = Double(nearest.magnitude) > value.magnitude ? nearest.bitPattern - 1 : nearest.bitPattern
        self.init(Float(bitPattern: towardsZero | 1))
    }

    /// The value as a `Float`, exactly.
    public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}
