import Foundation
import TesseraTensors

extension Safetensors {
    /// Parses the bytes of a file; `name` is what errors call it. Nothing is allocated by what a header claims before
    /// it is checked against the file's size. Throws where the header is cut, too long or no JSON, or where tensors
    /// overlap, leave gaps or reach beyond the file.
    public init(_ bytes: [UInt8], name: String) throws {
        func malformed(_ found: String, accepted: String) -> TesseraError {
            TesseraError(at: name, found: found, accepted: accepted)
        }
        guard bytes.count >= 8 else {
            throw malformed(
                "\(bytes.count) bytes", accepted: "a safetensors file: at least the 8 bytes of the header's length")
        }
        let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.headerLimit, length <= bytes.count - 8 else {
            throw malformed(
                "a header of \(length) bytes in a file of \(bytes.count)",
                accepted: "at most \(Self.headerLimit), and no more than the file has")
        }
        let start = 8 + Int(length)
        let header: Header
        do { header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start])) } catch {
            throw malformed(
                "a header that cannot be read (\(Self.reason(error)))",
                accepted: "a JSON object of {dtype, shape, data_offsets}, and of strings under __metadata__")
        }
        metadata = header.metadata
        tensors = [:]
        var end = 0
        let room = bytes.count - start
        for (path, entry) in header.entries.sorted(by: {
            ($0.value.begin, $0.value.end, $0.key) < ($1.value.begin, $1.value.end, $1.key)
        }) {
            let element = try entry.element(at: "\(name), tensor \(path)")
            let size = try entry.byteCount(of: element, at: "\(name), tensor \(path)", room: room)
            guard entry.begin == end, entry.end <= room, entry.end - entry.begin == size else {
                throw TesseraError(
                    at: "\(name), tensor \(path)",
                    found: "the bytes \(entry.begin)..<\(entry.end) for \(entry.dtype) \(entry.shape)",
                    accepted: "\(size) bytes from \(end), where the tensor before ends, within \(room)")
            }
            tensors[path] = bytes[(start + entry.begin)..<(start + entry.end)].withUnsafeBytes {
                Tensor(copying: $0, element: element, shape: entry.shape)
            }
            end = entry.end
        }
        guard end == room else {
            throw malformed(
                "\(room) bytes of data of which tensors cover \(end)", accepted: "no bytes beyond the last tensor")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context)? = error as? DecodingError else {
            return "an entry has another form"
        }
        return context.debugDescription
    }
}

/// The decoded header, not yet checked against the file.
private struct Header: Decodable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            if key.stringValue == "__metadata__" {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                entries[String(typedName: key.stringValue)] = try container.decode(Entry.self, forKey: key)
            }
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let begin: Int
    let end: Int

    private enum CodingKeys: String, CodingKey { case dtype, shape, offsets = "data_offsets" }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        dtype = try container.decode(String.self, forKey: .dtype)
        shape = try container.decode([Int].self, forKey: .shape)
        let offsets = try container.decode([Int].self, forKey: .offsets)
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
            throw DecodingError.dataCorruptedError(
                forKey: .offsets, in: container, debugDescription: "data_offsets \(offsets)")
        }
        (begin, end) = (offsets[0], offsets[1])
    }

    func element(at location: String) throws -> ElementType {
        guard let element = ElementType(safetensorsName: dtype) else {
            throw TesseraError(
                .unsupported, at: location, found: "the element type \(dtype)",
                accepted: ElementType.allCases.map(\.safetensorsName).joined(separator: ", "))
        }
        return element
    }

    func byteCount(of element: ElementType, at location: String, room: Int) throws -> Int {
        var size = element.byteCount
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow else {
                throw TesseraError(
                    at: location, found: "the shape \(shape)",
                    accepted: "extents that are not negative, and no more than \(room) bytes")
            }
            size = product
        }
        return size
    }
}
