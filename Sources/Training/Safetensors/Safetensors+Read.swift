import Foundation
import TesseraTensors

extension Safetensors {
    /// Reads the file at `path`: the header's length, the header, and each tensor, every one checked before memory is
    /// taken for it. Throws one error where the file is missing or malformed.
    public init(path: String) throws {
        let file = try RegularFile(path)
        try self.init(byteCount: file.byteCount, name: path, read: file.read)
    }

    /// Parses the bytes of a file; `name` is what errors call it.
    public init(_ bytes: [UInt8], name: String) throws {
        try self.init(byteCount: bytes.count, name: name) { buffer, offset in
            bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[offset..<offset + buffer.count])) }
        }
    }

    /// Throws where the header is cut, too long or malformed, or where tensors overlap, leave gaps or reach beyond the
    /// file.
    private init(byteCount: Int, name: String, read: (UnsafeMutableRawBufferPointer, Int) throws -> Void) throws {
        func malformed(_ found: String, accepted: String) -> TesseraError {
            TesseraError(at: name, found: found, accepted: accepted)
        }
        guard byteCount >= 8 else {
            throw malformed(
                "\(byteCount) bytes", accepted: "a safetensors file: at least the 8 bytes of the header's length")
        }
        var length: UInt64 = 0
        try withUnsafeMutableBytes(of: &length) { try read($0, 0) }
        length = UInt64(littleEndian: length)
        guard length <= Self.headerLimit, length <= byteCount - 8 else {
            throw malformed(
                "a header of \(length) bytes in a file of \(byteCount)",
                accepted: "at most \(Self.headerLimit), and no more than the file has")
        }
        let start = 8 + Int(length), room = byteCount - start
        let header: SafetensorsHeader
        do {
            header = try SafetensorsHeader(
                [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
                    try read(UnsafeMutableRawBufferPointer(buffer), 8)
                    count = Int(length)
                })
        } catch let error as TesseraError { throw error.within("\(name), header") }
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        guard room <= memory else {
            throw malformed("\(room) bytes of data", accepted: "at most \(memory), the memory of this machine")
        }
        metadata = header.metadata
        tensors = [:]
        var end = 0
        for entry in header.entries {
            let place = "\(name), tensor \(entry.name)"
            let element = try entry.element(at: place)
            let size = try entry.byteCount(of: element, at: place, room: room)
            guard TensorType(element, shape: entry.shape).isWithinLimit else {
                throw TesseraError(
                    at: place, found: "the shape \(entry.shape)",
                    accepted: "at most \(TensorType.elementLimit) elements, extents of 0 taken as 1")
            }
            guard entry.begin == end, entry.end >= end, entry.end <= room, entry.end - end == size else {
                throw TesseraError(
                    at: place,
                    found: "the bytes \(entry.begin) to \(entry.end) for \(entry.elementName) \(entry.shape)",
                    accepted: "\(size) bytes from \(end), where the tensor before ends, within \(room)")
            }
            var tensor = Tensor(uninitialized: element, shape: entry.shape)
            try tensor.withUnsafeMutableBytes { try read($0, start + entry.begin) }
            guard tensors.updateValue(tensor.withPlainBools(), forKey: entry.name) == nil else {
                throw TesseraError(at: place, found: "a second tensor of that name", accepted: "different names")
            }
            end = entry.end
        }
        guard end == room else {
            throw malformed(
                "\(room) bytes of data of which tensors cover \(end)", accepted: "no bytes beyond the last tensor")
        }
    }
}
