import Foundation
import TesseraImaging
import TesseraTensors
import Testing

@Suite struct PhantomSetTests {
    private let folder = TemporaryFolder()

    @Test func aSetIsADataSet() throws {
        try PhantomSet.write(count: 12, size: 32, seed: 1, to: folder.file("set"), workers: 2)
        let data = try Dataset(folder: folder.file("set"))
        #expect(data.samples.count == 12 && data.samples.map(\.split).count { $0 == .train } == 8)
        for (index, sample) in data.samples.enumerated() {
            let phantom = Phantom(seed: 1, index: index)
            #expect(sample.score == Double(phantom.total) && sample.readers == phantom.readers.map(Double.init))
            let header = try PNG.header(sample.path)
            #expect(header == PNG.Header(width: 32, height: 32, channels: 1, bits: 16))
            #expect(
                String(decoding: try WholeFile.read(sample.path, limit: 1 << 20), as: UTF8.self).contains(
                    "Synthetic phantom"))
        }
        #expect(try String(contentsOfFile: folder.file("set/SYNTHETIC.txt"), encoding: .utf8).hasPrefix("Synthetic"))
    }

    @Test func workersDoNotMatterAndAnOlderSetIsReplaced() throws {
        try PhantomSet.write(count: 7, size: 24, seed: 2, to: folder.file("a"), workers: 1)
        try PhantomSet.write(count: 9, size: 16, seed: 9, to: folder.file("b"))
        try PhantomSet.write(count: 7, size: 24, seed: 2, to: folder.file("b"), workers: 3)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("a")) {
            #expect(
                FileManager.default.contentsEqual(atPath: folder.file("a/" + name), andPath: folder.file("b/" + name)))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("b")).count == 9)
    }

    @Test func partsAreAsAsked() throws {
        try PhantomSet.write(
            count: 6, size: 16, seed: 2, to: folder.file("c"), parts: .init(train: 3, validation: 1, test: 2))
        let splits = try Dataset(folder: folder.file("c")).samples.map(\.split)
        #expect(splits == [.train, .train, .train, .validation, .test, .test])
        #expect(
            error {
                try PhantomSet.write(
                    count: 6, size: 16, seed: 2, to: folder.file("d"), parts: .init(train: 3, validation: 1, test: 1))
            } != nil)
    }

    @Test func foreignFoldersAreRefused() throws {
        _ = folder.write("mine", to: "notes.txt")
        let error = error { try PhantomSet.write(count: 1, size: 16, seed: 1, to: folder.path) }
        #expect(error?.found == "a folder that holds 'notes.txt'")
        #expect(folder.contents == ["notes.txt"])
        try FileManager.default.createDirectory(atPath: folder.file("set"), withIntermediateDirectories: true)
        try PhantomSet.write(count: 1, size: 16, seed: 1, to: folder.file("set"))
        try AtomicFile.write("mine", to: folder.file("set/notes.txt"))
        #expect(
            self.error { try PhantomSet.write(count: 1, size: 16, seed: 1, to: folder.file("set")) }?.found.contains(
                "notes.txt") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("set")).count == 4)
    }

    @Test func aFailureLeavesNothing() throws {
        let stop = TesseraError(.cancelled, at: "", found: "stopped")
        let thrown = error {
            try PhantomSet.write(count: 20, size: 16, seed: 1, to: folder.file("set"), workers: 2) { done in
                if done == 5 { throw stop }
            }
        }
        #expect(thrown == stop)
        #expect(folder.contents == [])
        #expect(error { try PhantomSet.write(count: 1, size: 16, seed: 1, to: "/proc/none/set") }?.kind == .inputOutput)
    }

    private func error(_ body: () throws -> Void) -> TesseraError? {
        do { try body() } catch { return error as? TesseraError }
        return nil
    }
}
