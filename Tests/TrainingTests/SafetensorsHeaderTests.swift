import Foundation
import TesseraTensors
import TesseraTraining
import Testing

/// Headers made to mislead: what the reference reader refuses is refused.
@Suite struct SafetensorsHeaderTests {
    private struct Case: Decodable {
        let name: String
        let file: String
        let accepted: Bool

        var bytes: [UInt8] {
            stride(from: 0, to: file.count, by: 2).map { index in
                let start = file.utf8.index(file.startIndex, offsetBy: index)
                return UInt8(file[start...].prefix(2), radix: 16)!
            }
        }
    }

    /// What the reference reader takes and Tessera does not: it keeps one of two silently, or reads what no writer
    /// makes.
    private static let stricter: Set = [
        "duplicate", "duplicate metadata key", "duplicate unknown key", "meta null", "entry array",
    ]

    /// Written by Tests/Interop/safetensors_headers.py with safetensors 0.8.0.
    private static let cases: [Case] = try! JSONDecoder().decode(
        [Case].self,
        from: Data(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../Golden/SafetensorsHeaders/headers.json")))

    private static func failure(_ bytes: [UInt8]) -> TesseraError? {
        do {
            _ = try Safetensors(bytes, name: "file")
            return nil
        } catch { return error as? TesseraError }
    }

    @Test func whatTheReferenceReaderRefusesIsRefused() {
        #expect(Self.cases.count > 80)
        for entry in Self.cases {
            let isAccepted = Self.failure(entry.bytes) == nil
            #expect(isAccepted == (entry.accepted && !Self.stricter.contains(entry.name)), "\(entry.name)")
        }
    }

    private static func failure(_ header: String, data: Int = 4) -> String {
        let text = Array(header.utf8)
        let bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
        return failure(bytes + [UInt8](repeating: 0, count: data)).map { "\($0)" } ?? "no error"
    }

    @Test func errorsNameTheEntryAndDuplicates() {
        let entry = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        let twice = Self.failure(#"{"a.weight":\#(entry),"a.weight":\#(entry)}"#)
        #expect(twice.contains("a.weight") && twice.contains("duplicate"))
        let field = Self.failure(#"{"b":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#)
        #expect(field.contains("tensor b") && field.contains("dtype") && field.contains("duplicate"))
        let metadata = Self.failure(#"{"__metadata__":{"k":"1","k":"2"},"a":\#(entry)}"#)
        #expect(metadata.contains("__metadata__") && metadata.contains("duplicate"))
        let shape = Self.failure(#"{"c":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#)
        #expect(shape.contains("tensor c") && shape.contains("the number 1.0"))
        let gap = Self.failure(#"{"d":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, data: 8)
        #expect(gap.contains("tensor d") && gap.contains("bytes 4 to 8"))
    }

    @Test func aSparseFileIsRefusedByItsHeader() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/sparse.safetensors"
        // Zeros: a header of no bytes. Then a header of a tensor as large as the file, which no memory holds.
        try Data().write(to: URL(fileURLWithPath: path))
        try #require(truncate(path, 4 << 40) == 0)
        #expect(throws: TesseraError.self) { try Safetensors(path: path) }
        let size = (4 << 40) - 4096
        var header = Array(#"{"a":{"dtype":"U8","shape":[\#(size)],"data_offsets":[0,\#(size)]}}"#.utf8)
        header += [UInt8](repeating: 0x20, count: 4088 - header.count)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + Data(header))
        try file.close()
        #expect(throws: TesseraError.self) { try Safetensors(path: path) }
    }
}
