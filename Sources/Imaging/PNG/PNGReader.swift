import CPNGShim
import Foundation
import TesseraTensors

/// A PNG being decoded row by row, in the memory of a few rows; an interlaced one is held whole, with a share of
/// `ImageMemory`. Wraps the shim around libpng.
final class PNGReader: PixelRows {
    let header: PNG.Header
    private let handle: Handle
    private let name: String
    /// One row as the shim gives it: interleaved, 8 or 16 bits.
    private let interleaved: UnsafeMutableRawBufferPointer
    private let share: ImageMemory.Share?
    private var row = 0

    var width: Int { header.width }
    var height: Int { header.height }
    var channels: Int { header.channels }

    /// The file at `path`, its header read; throws where it is missing, no PNG, damaged or beyond the limits of `PNG`.
    convenience init(path: String) throws {
        let file = try RegularFile(path)
        guard file.byteCount <= PNG.mostBytes else {
            throw TesseraError(
                at: path, found: "the file has \(file.byteCount) bytes", accepted: "at most \(PNG.mostBytes) bytes")
        }
        try self.init(file: file.stream(), count: file.byteCount, name: path)
    }

    /// A file in memory, which must outlive the reader.
    convenience init(bytes: UnsafeRawBufferPointer, name: String) throws {
        guard !bytes.isEmpty,
            let file = fmemopen(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, "rb")
        else { throw TesseraError(at: name, found: "an empty file", accepted: PNG.accepted) }
        try self.init(file: file, count: bytes.count, name: name)
    }

    /// Takes over `file`.
    private init(file: UnsafeMutablePointer<FILE>, count: Int, name: String) throws {
        handle = try Handle(file: file, count: count, name: name)
        self.name = name
        let limits = tessera_png_limits(
            side: UInt32(PNG.largestSide), samples: UInt64(PNG.mostSamples),
            interlaced_samples: UInt64(PNG.mostSamplesHeldWhole))
        var layout = tessera_png_layout()
        try Self.check(tessera_png_read_header(handle.reader, limits, &layout), handle, name)
        header = PNG.Header(layout)
        let rowBytes = header.width * header.channels * header.bits / 8
        interleaved = .allocate(byteCount: rowBytes, alignment: 16)
        share = header.isInterlaced ? ImageMemory.shared.share(of: rowBytes * header.height) : nil
    }

    deinit { interleaved.deallocate() }

    func next() throws -> [Float] {
        try Self.check(tessera_png_read_row(handle.reader, interleaved.baseAddress), handle, name)
        row += 1
        if row == height { try Self.check(tessera_png_read_end(handle.reader), handle, name) }
        return header.bits == 16
            ? planar(interleaved.bindMemory(to: UInt16.self)) : planar(interleaved.bindMemory(to: UInt8.self))
    }

    /// Scales so that the type's largest value becomes exactly 1.
    private func planar<T: FixedWidthInteger & UnsignedInteger>(_ source: UnsafeMutableBufferPointer<T>) -> [Float] {
        let width = width, channels = channels
        return [Float](unsafeUninitializedCapacity: width * channels) { target, initialized in
            if channels == 1 {
                for x in 0..<width { target[x] = Float(source[x]) / Float(T.max) }
            } else {
                for channel in 0..<channels {
                    for x in 0..<width {
                        target[channel * width + x] = Float(source[x * channels + channel]) / Float(T.max)
                    }
                }
            }
            initialized = width * channels
        }
    }

    private static func check(_ status: Int32, _ handle: Handle, _ name: String) throws {
        guard status != 0 else { return }
        throw TesseraError(
            at: name,
            found: "a PNG file that cannot be read: \(String(cString: tessera_png_reader_message(handle.reader)))",
            accepted: PNG.accepted)
    }

    /// The open file and the shim's reader of it.
    private final class Handle {
        let reader: OpaquePointer
        private let file: UnsafeMutablePointer<FILE>

        init(file: UnsafeMutablePointer<FILE>, count: Int, name: String) throws {
            setvbuf(file, nil, _IOFBF, 1 << 16)
            var head = [UInt8](repeating: 0, count: FileSignature.longest)
            head.removeLast(head.count - fread(&head, 1, head.count, file))
            rewind(file)
            let foreign = FileSignature.foreign(head)
            guard foreign == nil, let reader = tessera_png_reader_create(file, UInt64(count)) else {
                fclose(file)
                throw TesseraError(at: name, found: foreign ?? "no memory to read it with", accepted: PNG.accepted)
            }
            (self.file, self.reader) = (file, reader)
        }

        deinit {
            tessera_png_reader_destroy(reader)
            fclose(file)
        }
    }
}
