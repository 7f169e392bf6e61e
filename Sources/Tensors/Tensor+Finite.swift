extension Tensor {
    /// Whether every element is a finite number; elements of integer types and bools are.
    public var isFinite: Bool { nonFiniteCount == 0 }

    /// How many elements are infinite or no number.
    public var nonFiniteCount: Int { withUnsafeBytes { Self.nonFiniteCount(of: $0, element) } }

    /// How many of the elements in `bytes` are infinite or no number.
    package static func nonFiniteCount(of bytes: UnsafeRawBufferPointer, _ element: ElementType) -> Int {
        switch element {
        case .float64: count(bytes, carry: UInt64(1) << 52)
        case .float32: count(bytes, carry: UInt32(1) << 23)
        case .float16: count(bytes, carry: UInt16(1) << 10)
        case .bfloat16: count(bytes, carry: UInt16(1) << 7)
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .bool: 0
        }
    }

    /// An exponent of all ones says that a number is not finite: `carry`, its lowest bit, added then reaches the sign.
    private static func count<Bits: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, carry: Bits) -> Int {
        var count = 0
        for bits in bytes.assumingMemoryBound(to: Bits.self) {
            count &+= Int(truncatingIfNeeded: ((bits & (Bits.max >> 1)) &+ carry) >> (Bits.bitWidth - 1))
        }
        return count
    }
}

extension Float {
    /// The highest bit is set where the number is infinite or no number: many are joined by `|` and looked at once.
    @inlinable package var nonFiniteMark: UInt32 { (bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000 }
}
