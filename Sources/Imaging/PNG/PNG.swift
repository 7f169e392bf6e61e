import CPNGShim
import Foundation
import TesseraTensors

/// Reading and writing PNG files through libpng.
public enum PNG {
    /// What a header declares.
    public struct Header: Sendable, Equatable {
        public enum Color: Sendable { case grey, palette, color }

        /// Channels and bits of one sample (8 or 16) after palettes, 1, 2 and 4 bits and transparency are expanded.
        public let width: Int, height: Int, channels: Int, bits: Int
        public let color: Color
        /// Bits of one sample, or palette index, in the file: 1, 2, 4, 8 or 16.
        public let storedBits: Int
        public let isInterlaced: Bool

        package init(
            width: Int, height: Int, channels: Int, bits: Int, color: Color = .grey, storedBits: Int? = nil,
            isInterlaced: Bool = false
        ) {
            (self.width, self.height, self.channels, self.bits) = (width, height, channels, bits)
            (self.color, self.storedBits, self.isInterlaced) = (color, storedBits ?? bits, isInterlaced)
        }
    }

    /// The largest width and height read, and the most samples (pixels × channels). Images are decoded row by row; the
    /// last two limits are for images that are held whole, and for the file.
    public static let largestSide = 32_768
    public static let mostSamples = 1 << 28
    public static let mostSamplesHeldWhole = 1 << 26
    static let mostBytes = 1 << 30
    static let accepted =
        "a PNG of 8 or 16 bits, grey, palette or colour, at most \(largestSide) × \(largestSide) pixels and \(mostSamples) samples, \(mostSamplesHeldWhole) where it is interlaced"

    public enum Depth: Int, Sendable { case eight = 8, sixteen = 16 }

    /// The header of the file at `path`; throws what `Image.init(png:)` throws, save for damage behind the header.
    public static func header(_ path: String) throws -> Header { try PNGReader(path: path).header }

    /// Decodes `bytes`, which errors call `name`.
    public static func decode(_ bytes: [UInt8], name: String) throws -> Image {
        try bytes.withUnsafeBytes { try Image(PNGReader(bytes: $0, name: name), name: name) }
    }

    /// Encodes 1 channel as grey or 3 as RGB (8 bits only): samples are clamped to 0...1 and rounded to the nearest
    /// step. `comment` becomes a text chunk of that name.
    public static func encode(_ image: Image, depth: Depth, comment: String? = nil) throws -> [UInt8] {
        precondition(
            image.channels == 1 || (image.channels == 3 && depth == .eight),
            "PNG is written as grey, or as RGB of 8 bits")
        var layout = tessera_png_layout()
        layout.width = UInt32(image.width)
        layout.height = UInt32(image.height)
        layout.channels = UInt8(image.channels)
        layout.bits = UInt8(depth.rawValue)
        let encoded =
            switch depth {
            case .eight: interleaved(image, as: UInt8.self).withUnsafeBytes { encode($0, layout, comment) }
            case .sixteen: interleaved(image, as: UInt16.self).withUnsafeBytes { encode($0, layout, comment) }
            }
        guard let bytes = encoded else {
            throw TesseraError(.inputOutput, at: "PNG", found: "an image that cannot be encoded: out of memory")
        }
        return bytes
    }

    private static func encode(_ samples: UnsafeRawBufferPointer, _ layout: tessera_png_layout, _ comment: String?)
        -> [UInt8]?
    {
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        var message = [CChar](repeating: 0, count: Int(TESSERA_PNG_MESSAGE_BYTES))
        guard tessera_png_encode(samples.baseAddress, layout, comment, &bytes, &count, &message) == 0 else {
            return nil
        }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static func interleaved<T: FixedWidthInteger & UnsignedInteger>(_ image: Image, as type: T.Type) -> [T] {
        let count = image.pixelCount, channels = image.channels
        return [T](unsafeUninitializedCapacity: count * channels) { target, initialized in
            for channel in 0..<channels {
                for i in 0..<count {
                    let value = image.samples[channel * count + i]
                    // A NaN fails both comparisons of min and max, hence the explicit test.
                    let clamped = value >= 0 ? min(value, 1) : 0
                    target[i * channels + channel] = T((clamped * Float(T.max)).rounded())
                }
            }
            initialized = count * channels
        }
    }
}

extension PNG.Header {
    init(_ layout: tessera_png_layout) {
        // PNG's colour types: 1 is the bit of palettes, 2 that of colour.
        let type = layout.color_type
        self.init(
            width: Int(layout.width), height: Int(layout.height), channels: Int(layout.channels),
            bits: Int(layout.bits), color: type & 1 != 0 ? .palette : type & 2 != 0 ? .color : .grey,
            storedBits: Int(layout.stored_bits), isInterlaced: layout.interlaced != 0)
    }
}

extension Image {
    /// Reads a PNG of 8 or 16 bits, grey, palette or colour. Throws one error that names the file and what was found
    /// where it is missing, no PNG, cut off, damaged or beyond `PNG.largestSide` and `PNG.mostSamplesHeldWhole`.
    public init(png path: String) throws { try self.init(PNGReader(path: path), name: path) }

    /// All rows of `reader`.
    fileprivate init(_ reader: PNGReader, name: String) throws {
        let (width, height, channels) = (reader.width, reader.height, reader.channels)
        guard width * height * channels <= PNG.mostSamplesHeldWhole else {
            throw TesseraError(
                at: name, found: "an image of \(width) × \(height) pixels and \(channels) channels to be held whole",
                accepted: "at most \(PNG.mostSamplesHeldWhole) samples")
        }
        var samples = [Float](repeating: 0, count: width * height * channels)
        for y in 0..<height {
            let row = try reader.next()
            for channel in 0..<channels {
                let start = (channel * height + y) * width
                samples.replaceSubrange(start..<start + width, with: row[channel * width..<(channel + 1) * width])
            }
        }
        self.init(width: width, height: height, channels: channels, samples: samples)
    }

    /// Writes grey of 8 or 16 bits or RGB of 8 bits, atomically: see `PNG.encode` and `AtomicFile.write`.
    public func write(png path: String, depth: PNG.Depth = .sixteen, comment: String? = nil) throws {
        try AtomicFile.write(PNG.encode(self, depth: depth, comment: comment), to: path)
    }
}
