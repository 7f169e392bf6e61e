import COnnx
import Foundation
import TesseraTensors

/// Serialised protobuf messages: scanned for nesting and lengths, unpacked by libprotobuf-c, handed to a closure,
/// freed.
enum WireMessage {
    /// Runs `body` on the unpacked message. `name` is what errors call the bytes. Throws where they are cut, malformed,
    /// nested too deep or hold more parts than a model has; nothing is allocated before that is known. Fields that the
    /// format does not have cost nothing.
    static func read<Message, Result>(
        _ bytes: consuming [UInt8], name: String, kind: UnsafePointer<ProtobufCMessageDescriptor>, as _: Message.Type,
        _ body: (Message) throws -> Result
    ) throws -> Result {
        try bytes.withUnsafeMutableBufferPointer { buffer in
            var offset = 0, count = buffer.count
            let status = onnx_scan(buffer.baseAddress, &count, kind, &offset)
            guard status == ONNX_SCAN_OK else { throw failure(status, offset, buffer.count, name) }
            guard let message = protobuf_c_message_unpack(kind, nil, count, buffer.baseAddress) else {
                throw TesseraError(
                    at: name,
                    found:
                        "bytes that are no \(String(cString: kind.pointee.short_name)) (a field of the wrong kind, or one missing)",
                    accepted: "an ONNX file")
            }
            defer { protobuf_c_message_free_unpacked(message, nil) }
            return try message.withMemoryRebound(to: Message.self, capacity: 1) { try body($0.pointee) }
        }
    }

    /// The serialised form of a message.
    static func bytes<Message>(of message: UnsafePointer<Message>) -> [UInt8] {
        message.withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { message in
            [UInt8](unsafeUninitializedCapacity: protobuf_c_message_get_packed_size(message)) { buffer, count in
                count = protobuf_c_message_pack(message, buffer.baseAddress)
            }
        }
    }

    private static func failure(_ status: onnx_scan_status, _ offset: Int, _ count: Int, _ name: String) -> TesseraError
    {
        let place = "\(name), byte \(offset) of \(count)"
        return switch status {
        case ONNX_SCAN_CUT:
            TesseraError(
                at: place, found: "a field that goes on beyond the end of its message: the file is cut or no ONNX file",
                accepted: "a whole ONNX file")
        case ONNX_SCAN_DEEP:
            TesseraError(
                at: place, found: "messages nested more than \(ONNX_SCAN_DEPTH) deep",
                accepted: "at most \(ONNX_SCAN_DEPTH)")
        case ONNX_SCAN_MANY:
            TesseraError(
                at: place,
                found: "strings and messages, or numbers one by one, that need more than 512 MiB once unpacked",
                accepted: "fewer, or numbers as raw data")
        case ONNX_SCAN_NUL:
            TesseraError(at: place, found: "a name or text with a NUL byte in it", accepted: "text without one")
        case ONNX_SCAN_TWICE:
            TesseraError(at: place, found: "a part that a message may hold once, a second time", accepted: "one")
        default:
            TesseraError(
                at: place, found: "a field that protobuf does not have: no ONNX file", accepted: "an ONNX file")
        }
    }
}

extension String {
    /// A name in a message; empty where the field is not set.
    init(wire name: UnsafePointer<CChar>?) {
        self.init(wire: UnsafeRawBufferPointer(start: name, count: name.map { strlen($0) } ?? 0))
    }

    init(wire bytes: ProtobufCBinaryData) {
        self.init(wire: UnsafeRawBufferPointer(start: bytes.data, count: bytes.len))
    }

    private init(wire bytes: UnsafeRawBufferPointer) { self.init(name: bytes) }

    /// What is read by people and no name, such as documentation: bytes that are no text are replaced.
    init(wireText text: UnsafePointer<CChar>?) { self = text.map { String(cString: $0) } ?? "" }
}

/// The elements of a repeated message field, one by one: together they are large.
func messages<Message>(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int)
    -> some Collection<Message>
{
    UnsafeBufferPointer(start: pointers, count: count).lazy.map { $0!.pointee }
}

/// The elements of a repeated scalar field.
func scalars<Element>(_ pointer: UnsafeMutablePointer<Element>?, _ count: Int) -> [Element] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
}

/// The elements of a repeated string field.
func strings(_ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
    (0..<count).map { String(wire: pointers![$0]) }
}
