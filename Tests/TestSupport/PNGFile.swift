/// A PNG put together by hand, for kinds of files that the writer does not make.
package struct PNGFile {
    package let bytes: [UInt8]

    /// `rows` are packed scan lines without their filter byte, of an interlaced image those of all passes; they go into
    /// stored (uncompressed) deflate blocks.
    package init(
        width: UInt32, height: UInt32, bits: UInt8, colorType: UInt8, interlaced: Bool = false,
        extra: [(String, [UInt8])] = [], rows: [[UInt8]]
    ) {
        self.init(
            width: width, height: height, bits: bits, colorType: colorType, interlaced: interlaced,
            before: extra.flatMap { Self.chunk($0.0, $0.1) }, data: Self.zlib(rows.flatMap { [0] + $0 }))
    }

    /// With whole chunks before the image data, and a zlib stream as these.
    package init(
        width: UInt32, height: UInt32, bits: UInt8, colorType: UInt8, interlaced: Bool = false, before: [UInt8] = [],
        data: [UInt8]
    ) {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let header = Self.bigEndian(width) + Self.bigEndian(height) + [bits, colorType, 0, 0, interlaced ? 1 : 0]
        file += Self.chunk("IHDR", header) + before + Self.chunk("IDAT", data) + Self.chunk("IEND", [])
        bytes = file
    }

    /// A grey image of 8 bits, all 0, a thousandth as large as its pixels.
    package static func black(width: Int, height: Int, interlaced: Bool = false, before: [UInt8] = []) -> PNGFile {
        // Filter bytes are 0 too; the passes of an interlaced image have less than two rows for each of the image's.
        PNGFile(
            width: UInt32(width), height: UInt32(height), bits: 8, colorType: 0, interlaced: interlaced,
            before: before, data: zeros(interlaced ? width * height + 2 * height : (width + 1) * height))
    }

    package static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc(body))
    }

    /// A zlib stream of `count` ≥ 1 bytes 0, in one block of fixed codes.
    package static func zeros(_ count: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(0b1, 1)
        bits.append(0b10, 2)
        // A literal 0; then 258 times what lies one byte back: length code 285, distance code 0.
        for _ in 0...(count - 1) % 258 { bits.append(0x30, 8) }
        for _ in 0..<(count - 1) / 258 { bits.append(0b11000101, 8); bits.append(0, 5) }
        bits.append(0, 7)
        return [0x78, 0x01] + bits.bytes + bigEndian(UInt32(count % 65521) << 16 | 1)
    }

    /// Codes one after the other, most significant bit first, into bytes from their least significant bit.
    private struct Bits {
        var bytes: [UInt8] = []
        private var used = 8

        mutating func append(_ code: Int, _ count: Int) {
            for bit in (0..<count).reversed() {
                if used == 8 { bytes.append(0); used = 0 }
                bytes[bytes.count - 1] |= UInt8(code >> bit & 1) << UInt8(used)
                used += 1
            }
        }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static let crcs: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes { crc = crcs[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
        return ~crc
    }

    private static func zlib(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var rest = data[...]
        repeat {
            let block = rest.prefix(65535)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            stream +=
                [
                    rest.isEmpty ? 1 : 0, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF),
                    UInt8(~count >> 8),
                ] + block
        } while !rest.isEmpty
        var a: UInt32 = 1, b: UInt32 = 0
        for byte in data {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return stream + bigEndian(b << 16 | a)
    }
}
