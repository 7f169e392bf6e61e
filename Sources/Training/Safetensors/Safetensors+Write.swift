import Foundation
import TesseraTensors

extension Safetensors {
    /// The file's bytes. The header's keys are sorted; data stands in the order of element width (widest first, so that
    /// all is aligned), then name.
    public func bytes() -> [UInt8] {
        let order = tensors.sorted { a, b in
            a.value.element.byteCount != b.value.element.byteCount
                ? a.value.element.byteCount > b.value.element.byteCount : a.key < b.key
        }
        var end = 0
        var entries: [String: String] = [:]
        for (path, tensor) in order {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries[path] =
                "{\"dtype\":\"\(tensor.element.safetensorsName)\",\"shape\":[\(shape)],\"data_offsets\":[\(end),\(end + tensor.byteCount)]}"
            end += tensor.byteCount
        }
        if !metadata.isEmpty {
            let strings = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
            precondition(entries[Self.metadataKey] == nil, "a tensor cannot be called \(Self.metadataKey)")
            entries[Self.metadataKey] = "{" + strings.joined(separator: ",") + "}"
        }
        var header = Array(
            ("{"
                + entries.sorted { $0.key < $1.key }.map { "\(Self.quoted(Self.jsonName($0.key))):\($0.value)" }.joined(
                    separator: ",")
                + "}").utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }

        var result: [UInt8] = []
        result.reserveCapacity(8 + header.count + end)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { result.append(contentsOf: $0) }
        result += header
        for (_, tensor) in order { tensor.withUnsafeBytes { result.append(contentsOf: $0) } }
        return result
    }

    /// The bytes of a name as text where reading them gives the name again, else its escaped form: JSON is UTF-8.
    private static func jsonName(_ name: String) -> String {
        let bytes = name.nameBytes
        guard let text = String(validating: bytes, as: UTF8.self), String(typedName: text) == name else { return name }
        return text
    }

    /// A JSON string.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
