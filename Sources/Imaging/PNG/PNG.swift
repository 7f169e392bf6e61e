import CPNGShim
import Foundation
import TesseraTensors

/// Reading and writing PNG files through libpng; the one file that touches its shim.
public enum PNG {
    /// What a header declares, after palettes, 1, 2 and 4 bits and transparency chunks are expanded.
    public struct Header: Sendable, Equatable {
        public let width: Int, height: Int, channels: Int
        /// Bits of one sample: 8 or 16.
        public let bits: Int

        package init(width: Int, height: Int, channels: Int, bits: Int) {
            (self.width, self.height, self.channels, self.bits) = (width, height, channels, bits)
        }
    }

    /// The largest width and height read, and the most samples (pixels × channels).
    public static let largestSide = 32_768
    public static let mostSamples = 1 << 28
    static let accepted =
        "a PNG of 8 or 16 bits, grey, palette or colour, at most \(largestSide) × \(largestSide) pixels and \(mostSamples) samples"

    public enum Depth: Int, Sendable { case eight = 8, sixteen = 16 }

    /// The header of the file at `path`; throws what `Image.init(png:)` throws.
    public static func header(_ path: String) throws -> Header {
        try Header(decode(path, readsSamples: false).layout)
    }

    /// Decodes `bytes`, which errors call `name`.
    public static func decode(_ bytes: [UInt8], name: String) throws -> Image {
        let (layout, samples) = try decode(bytes, name: name, readsSamples: true)
        defer { free(samples) }
        let header = Header(layout)
        return switch layout.bits {
        case 16: planar(samples!.assumingMemoryBound(to: UInt16.self), header)
        default: planar(samples!.assumingMemoryBound(to: UInt8.self), header)
        }
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

    private static func decode(_ path: String, readsSamples: Bool) throws -> (
        layout: tessera_png_layout, samples: UnsafeMutableRawPointer?
    ) {
        try decode(WholeFile.read(path, limit: mostSamples * 4), name: path, readsSamples: readsSamples)
    }

    private static func decode(_ bytes: [UInt8], name: String, readsSamples: Bool) throws -> (
        layout: tessera_png_layout, samples: UnsafeMutableRawPointer?
    ) {
        if let foreign = FileSignature.foreign(bytes) {
            throw TesseraError(at: name, found: foreign, accepted: accepted)
        }
        var layout = tessera_png_layout()
        var samples: UnsafeMutableRawPointer?
        let limits = tessera_png_limits(side: UInt32(largestSide), samples: UInt64(mostSamples))
        var message = [CChar](repeating: 0, count: Int(TESSERA_PNG_MESSAGE_BYTES))
        let status =
            readsSamples
            ? tessera_png_decode(bytes, bytes.count, limits, &layout, &samples, &message)
            : tessera_png_header(bytes, bytes.count, limits, &layout, &message)
        guard status == 0 else {
            let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw TesseraError(at: name, found: "a PNG file that cannot be read: \(text)", accepted: accepted)
        }
        return (layout, samples)
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

    /// Scales so that the type's largest value becomes exactly 1.
    private static func planar<T: FixedWidthInteger & UnsignedInteger>(_ source: UnsafePointer<T>, _ header: Header)
        -> Image
    {
        let count = header.width * header.height, channels = header.channels
        let samples = [Float](unsafeUninitializedCapacity: count * channels) { target, initialized in
            for channel in 0..<channels {
                for i in 0..<count {
                    target[channel * count + i] = Float(source[i * channels + channel]) / Float(T.max)
                }
            }
            initialized = count * channels
        }
        return Image(width: header.width, height: header.height, channels: channels, samples: samples)
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
    fileprivate init(_ layout: tessera_png_layout) {
        self.init(
            width: Int(layout.width), height: Int(layout.height), channels: Int(layout.channels), bits: Int(layout.bits)
        )
    }
}

extension Image {
    /// Reads a PNG of 8 or 16 bits, grey, palette or colour. Throws one error that names the file and what was found
    /// where it is missing, no PNG, cut off, damaged or beyond `PNG.largestSide` and `PNG.mostSamples`.
    public init(png path: String) throws {
        self = try PNG.decode(WholeFile.read(path, limit: PNG.mostSamples * 4), name: path)
    }

    /// Writes grey of 8 or 16 bits or RGB of 8 bits, atomically: see `PNG.encode` and `AtomicFile.write`.
    public func write(png path: String, depth: PNG.Depth = .sixteen, comment: String? = nil) throws {
        try AtomicFile.write(PNG.encode(self, depth: depth, comment: comment), to: path)
    }
}
