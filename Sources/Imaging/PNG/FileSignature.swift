/// Tells what a file that is no PNG looks like, for the error message.
enum FileSignature {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let known: [(bytes: [UInt8], offset: Int, name: String)] = [
        ([0xFF, 0xD8, 0xFF], 0, "a JPEG file"),
        (Array("DICM".utf8), 128, "a DICOM file"),
        ([0x49, 0x49, 0x2A, 0x00], 0, "a TIFF file"), ([0x4D, 0x4D, 0x00, 0x2A], 0, "a TIFF file"),
        (Array("GIF8".utf8), 0, "a GIF file"), (Array("BM".utf8), 0, "a BMP file"),
        (Array("RIFF".utf8), 0, "a RIFF (WebP?) file"), (Array("PK".utf8), 0, "a ZIP archive"),
        ([0x1F, 0x8B], 0, "a gzip file"),
    ]

    /// How many bytes of a file tell.
    static let longest = 132

    /// A sentence about `bytes`, or nil where they begin as a PNG does.
    static func foreign(_ bytes: [UInt8]) -> String? {
        if bytes.isEmpty { return "an empty file" }
        if bytes.starts(with: png) { return nil }
        if png.starts(with: bytes) { return "a PNG file that is cut off after \(bytes.count) bytes" }
        if let match = known.first(where: { bytes.dropFirst($0.offset).starts(with: $0.bytes) }) { return match.name }
        let head = bytes.prefix(8).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }
        return "a file that is no PNG: it begins with \(head.joined(separator: " "))"
    }
}
