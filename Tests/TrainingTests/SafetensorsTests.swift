import Foundation
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct SafetensorsTests {
    private let sample = Safetensors(
        tensors: [
            "b.weight": Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]),
            "a": Tensor([7] as [Int64], shape: []),
            "flags": Tensor([true, false, true], shape: [3]),
            "empty": Tensor([] as [Float], shape: [0, 4]),
        ],
        metadata: ["zeta": "1", "alpha": "line\nbreak \"quoted\" \\ é\u{1}"]
    )

    @Test func bytesAreWhatTheFormatSays() throws {
        let file = Safetensors(tensors: ["x": Tensor([1, 2] as [UInt8], shape: [2])], metadata: ["k": "v"])
        let header = #"{"__metadata__":{"k":"v"},"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(file.bytes() == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [1, 2])
    }

    @Test func writingAndReadingGivesTheSame() throws {
        #expect(try Safetensors(sample.bytes(), name: "sample") == sample)
        #expect(sample.bytes() == sample.bytes())
    }

    @Test func namesAreBytesAsFarAsJSONHasThem() throws {
        let decomposed = Array("we\u{301}".utf8)
        let names = [Array("h\u{E9}".utf8), decomposed, [0x61, 0xFF], Array("a\\xFE".utf8)].map { String(name: $0) }
        let file = Safetensors(
            tensors: Dictionary(
                uniqueKeysWithValues: names.enumerated().map { ($0.element, Tensor([Float($0.offset)], shape: [1])) }))
        #expect(try Safetensors(file.bytes(), name: "names") == file)
        #expect(Data(file.bytes()).range(of: Data(decomposed)) != nil)
    }

    /// Written by hand: a reader that compares text would keep one of the two.
    @Test func normalFormsOfOneTextAreTwoTensors() throws {
        let names = ["w\u{E9}", "we\u{301}"]
        let entries = names.enumerated().map {
            #""\#($1)":{"dtype":"F32","shape":[1],"data_offsets":[\#(4 * $0),\#(4 * $0 + 4)]}"#
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        let data = ([1, 2] as [Float]).flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
        let bytes = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
        let tensors = try Safetensors(bytes, name: "twins").tensors
        #expect(tensors.count == 2)
        for (name, value) in zip(names, [1, 2] as [Float]) {
            #expect(tensors[String(name: Array(name.utf8))] == Tensor([value], shape: [1]))
        }
    }

    @Test func everyElementTypeComesBack() throws {
        for element in ElementType.allCases {
            let file = Safetensors(tensors: ["x": Tensor(doubles: [0, 1, 1], element: element, shape: [3])])
            #expect(try Safetensors(file.bytes(), name: "x") == file)
        }
    }

    @Test func filesAreReplacedWhole() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.safetensors"
        try sample.write(to: path)
        try sample.write(to: path)
        #expect(try Safetensors(path: path) == sample)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    }

    @Test func aMissingFileIsOneError() throws {
        let error = #expect(throws: TesseraError.self) { try Safetensors(path: "/nonexistent/x.safetensors") }
        #expect(error?.kind == .inputOutput)
    }

    private static func file(_ header: String, data: Int = 4, length: UInt64? = nil) -> [UInt8] {
        let text = Array(header.utf8)
        return withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) } + text
            + [UInt8](repeating: 0, count: data)
    }

    @Test(arguments: [
        "[]", "{", "{}", #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
        #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        #"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"Q5","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"x":{"dtype":"F32","shape":[1]}}"#,
        #"{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
        #"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
        #"{"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    ])
    func malformedHeadersAreOneError(_ header: String) {
        #expect(throws: TesseraError.self) { try Safetensors(Self.file(header), name: "file") }
    }

    @Test func malformedLengthsAndDeepHeadersAreOneError() {
        let files = [
            [], [1, 2, 3], Self.file("{}", data: 0, length: 3), Self.file("{}", data: 0, length: .max),
            Self.file("{}", data: 0, length: 1 << 40),
            Self.file(String(repeating: #"{"a":"#, count: 100_000)),
        ]
        for bytes in files { #expect(throws: TesseraError.self) { try Safetensors(bytes, name: "file") } }
    }

    @Test func everyCutIsAnError() {
        let bytes = sample.bytes()
        for count in 0..<bytes.count {
            #expect(throws: TesseraError.self) { try Safetensors(Array(bytes[..<count]), name: "cut") }
        }
    }
}

/// A folder that goes away with the value that made it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("tessera-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
