import Foundation
import TesseraImaging
import TesseraTensors

/// A folder of its own for one test, removed with the last reference.
final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "tessera-imaging-" + UUID().uuidString

    init() { try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) -> String {
        try! AtomicFile.write(text, to: file(name))
        return file(name)
    }

    var contents: [String] { try! FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

/// A grey image whose samples are random 16-bit values.
func randomImage(width: Int, height: Int, channels: Int = 1, seed: UInt64) -> Image {
    var stream = RandomStream(seed: seed, name: "test image")
    let samples = (0..<width * height * channels).map { _ in Float(UInt16.random(in: 0...65535, using: &stream)) / 65535
    }
    return Image(width: width, height: height, channels: channels, samples: samples)
}

/// The error that `body` throws, which must be a TesseraError.
func error(_ body: () throws -> some Any) -> TesseraError? {
    do { _ = try body() } catch { return error as? TesseraError }
    return nil
}
