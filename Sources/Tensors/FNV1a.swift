/// The 64-bit Fowler–Noll–Vo hash, variant 1a: a digest that is the same on every machine (Swift's `Hasher` is seeded
/// anew in each process).
public struct FNV1a: Sendable {
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    public mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// The same, compiled here for arrays: a generic function of another module takes a call a byte.
    public mutating func combine(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { for byte in $0 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 } }
    }

    public mutating func combine(_ text: String) { combine(text.utf8) }

    /// Sixteen hexadecimal digits.
    public var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
