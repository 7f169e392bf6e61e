import Foundation
import Testing

/// The program of docs/example does what docs say of it.
@Suite struct ExampleTests {
    /// The folder of the built products: that of the running test.
    private static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    @Test func itTrainsAndExportsItsOwnNetwork() throws {
        let folder = try TemporaryFolder(), run = folder.path + "/run"
        let result = try Repository.run(Self.products.appendingPathComponent("Example").path, [run])
        try #require(result.status == 0, "the example ended with \(result.status): \(result.errors)")
        let words = String(decoding: result.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        let error = try #require(words.last.flatMap { Double($0) }, "the example printed \(words)")
        // Predicting the mean is wrong by about 6.
        #expect(error < 3)
        for file in ["checkpoints/best.safetensors", "model.onnx"] {
            #expect(FileManager.default.fileExists(atPath: "\(run)/\(file)"), "\(file)")
        }
    }

    @Test func itIsShort() throws {
        #expect(try Repository.text("docs/example/main.swift").split(separator: "\n").count < 40)
    }
}
