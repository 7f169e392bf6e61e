import Foundation
import TesseraTensors
import Testing

/// Files are whole or not there, and are read within limits.
@Suite struct FileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
    }

    private func withFolder(_ body: () throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try body()
    }

    @Test func aFileIsReplacedWhole() throws {
        try withFolder {
            try AtomicFile.write("a longer first version", to: path("file"))
            try AtomicFile.write("second", to: path("file"))
            #expect(try WholeFile.read(path("file"), limit: 100) == Array("second".utf8))
            try AtomicFile.write([], to: path("empty"))
            #expect(try WholeFile.read(path("empty"), limit: 0) == [])
            #expect(try names() == ["empty", "file"])
        }
    }

    @Test func afterAFailureNothingIsLeft() throws {
        try withFolder {
            // A folder that is not empty stands where the file should go, so the rename fails after the bytes are
            // written.
            try FileManager.default.createDirectory(atPath: path("taken/inside"), withIntermediateDirectories: true)
            let error = #expect(throws: TesseraError.self) { try AtomicFile.write("text", to: path("taken")) }
            #expect(error?.kind == .inputOutput && error?.location == path("taken"))
            #expect(throws: TesseraError.self) { try AtomicFile.write("text", to: path("missing/file")) }
            #expect(try names() == ["taken"])
        }
    }

    @Test func readingStopsAtTheLimitAndAtWhatIsNoFile() throws {
        try withFolder {
            try AtomicFile.write("12345", to: path("five"))
            #expect(try WholeFile.read(path("five"), limit: 5).count == 5)
            #expect(throws: TesseraError(at: path("five"), found: "the file has 5 bytes", accepted: "at most 4 bytes"))
            { try WholeFile.read(path("five"), limit: 4) }
            #expect(mkfifo(path("pipe"), 0o600) == 0)
            for name in ["", "pipe", "missing"] {
                let error = #expect(throws: TesseraError.self) { try WholeFile.read(path(name), limit: 100) }
                #expect(error?.kind == .inputOutput)
            }
        }
    }
}
