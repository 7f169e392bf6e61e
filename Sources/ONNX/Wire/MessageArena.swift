import COnnx
import Foundation
import TesseraTensors

/// Memory for messages while they are written: everything is freed together. Tensors are not copied into it, only
/// pointed at and kept alive.
final class MessageArena {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var tensors: [Tensor] = []

    deinit { for block in blocks { free(block) } }

    private func allocate<T>(_ count: Int, of _: T.Type) -> UnsafeMutablePointer<T> {
        guard let block = calloc(max(count, 1), MemoryLayout<T>.stride) else {
            fatalError("no memory for an ONNX message")
        }
        blocks.append(block)
        return block.assumingMemoryBound(to: T.self)
    }

    /// A message set to its defaults by `initialize`, then filled.
    func message<Message>(_ initialize: (UnsafeMutablePointer<Message>) -> Void, _ fill: (inout Message) -> Void)
        -> UnsafeMutablePointer<Message>
    {
        let message = allocate(1, of: Message.self)
        initialize(message)
        fill(&message.pointee)
        return message
    }

    /// The bytes of a name; nil for an empty one, which is then not written.
    func string(_ name: String) -> UnsafeMutablePointer<CChar>? { name.isEmpty ? nil : present(name) }

    /// The bytes of a name, written even where it is empty.
    func present(_ name: String) -> UnsafeMutablePointer<CChar> { cString(name.nameBytes) }

    /// What is read by people and no name, such as documentation; nil for an empty one.
    func text(_ text: String) -> UnsafeMutablePointer<CChar>? { text.isEmpty ? nil : cString(Array(text.utf8)) }

    private func cString(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
        let target = allocate(bytes.count + 1, of: CChar.self)
        for (index, byte) in bytes.enumerated() { target[index] = CChar(bitPattern: byte) }
        return target
    }

    func strings(_ texts: [String]) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        pointers(texts.map { present($0) })
    }

    func binary(_ text: String) -> ProtobufCBinaryData {
        let bytes = text.nameBytes, target = allocate(bytes.count, of: UInt8.self)
        target.update(from: bytes, count: bytes.count)
        return ProtobufCBinaryData(len: bytes.count, data: target)
    }

    /// The bytes of a tensor where they are.
    func binary(_ tensor: Tensor) -> ProtobufCBinaryData {
        tensors.append(tensor)
        return tensor.withUnsafeBytes {
            ProtobufCBinaryData(
                len: $0.count, data: UnsafeMutablePointer(mutating: $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
            )
        }
    }

    /// A repeated message or string field.
    func pointers<T>(_ elements: [UnsafeMutablePointer<T>]) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<T>?>?) {
        guard !elements.isEmpty else { return (0, nil) }
        let target = allocate(elements.count, of: UnsafeMutablePointer<T>?.self)
        for (index, element) in elements.enumerated() { target[index] = element }
        return (elements.count, target)
    }

    /// A repeated scalar field.
    func scalars<T>(_ elements: [T]) -> (Int, UnsafeMutablePointer<T>?) {
        guard !elements.isEmpty else { return (0, nil) }
        let target = allocate(elements.count, of: T.self)
        target.update(from: elements, count: elements.count)
        return (elements.count, target)
    }
}
