/// Philox 4×32-10, a counter-based random generator (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC
/// 2011): the numbers at a counter depend on nothing but key and counter, so order, threads and resumption cannot
/// change them.
public struct Philox: Sendable {
    public let key: UInt64

    public init(key: UInt64) { self.key = key }

    /// Four random words for a 128-bit counter.
    public func block(_ high: UInt64, _ low: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
        var c0 = UInt32(truncatingIfNeeded: low), c1 = UInt32(truncatingIfNeeded: low >> 32)
        var c2 = UInt32(truncatingIfNeeded: high), c3 = UInt32(truncatingIfNeeded: high >> 32)
        var k0 = UInt32(truncatingIfNeeded: key), k1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<10 {
            let p0 = UInt64(0xD251_1F53) * UInt64(c0), p1 = UInt64(0xCD9E_8D57) * UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return (c0, c1, c2, c3)
    }
}

/// A stream of random numbers named by (seed, stream): streams with different names are independent, and a stream can
/// start at any position.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let generator: Philox
    private let stream: UInt64
    private var position: UInt64

    public init(seed: UInt64, stream: UInt64, position: UInt64 = 0) {
        generator = Philox(key: seed)
        self.stream = stream
        self.position = position
    }

    /// The stream that belongs to a name, such as a parameter path.
    public init(seed: UInt64, name: String) {
        var hash = FNV1a()
        hash.combine(name)
        self.init(seed: seed, stream: hash.value)
    }

    public mutating func next() -> UInt64 {
        let words = generator.block(stream, position)
        position += 1
        return UInt64(words.0) | UInt64(words.1) << 32
    }

    /// Uniform in [0, 1), with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in [range.lowerBound, range.upperBound).
    public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }
}
