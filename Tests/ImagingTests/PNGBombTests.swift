import Foundation
import TestSupport
import TesseraImaging
import TesseraTensors
import Testing

/// Small files that unfold to much: only what the image needs is ever inflated, and only a few rows of it held.
@Suite struct PNGBombTests {
    private let folder = TemporaryFolder()

    private func pixel(before: [UInt8]) throws -> Image {
        try PNG.decode(PNGFile.black(width: 1, height: 1, before: before).bytes, name: "pixel")
    }

    /// 1.4 GiB of text, as much of other kinds, and many chunks, each behind one pixel.
    @Test func chunksThatChangeNoSampleAreNeverInflated() throws {
        let bomb = PNGFile.zeros(7 << 20), black = Image(width: 1, height: 1)
        let text = PNGFile.chunk("zTXt", Array("Comment".utf8) + [0, 0] + bomb)
        #expect(try pixel(before: (0..<200).flatMap { _ in text }) == black)
        for (name, head) in [
            ("iTXt", Array("Comment".utf8) + [0, 1, 0, 0, 0]), ("iCCP", Array("name".utf8) + [0, 0]),
        ] {
            #expect(try pixel(before: (0..<20).flatMap { _ in PNGFile.chunk(name, head + bomb) }) == black)
        }
        #expect(try pixel(before: PNGFile.chunk("teSt", [UInt8](repeating: 7, count: 20 << 20))) == black)
        let empty = PNGFile.chunk("teSt", [])
        #expect(try pixel(before: (0..<100_000).flatMap { _ in empty }) == black)
    }

    @Test func imageDataBehindTheLastRowIsRefused() throws {
        let two = PNGFile(width: 1, height: 1, bits: 8, colorType: 0, data: PNGFile.zeros(2 + 300))
        #expect(try PNG.decode(two.bytes, name: "a little").samples == [0])
        let many = PNGFile(width: 1, height: 1, bits: 8, colorType: 0, data: PNGFile.zeros(100 << 20))
        #expect(
            error { try PNG.decode(many.bytes, name: "many") }?.found.contains("goes on after the last row") == true)
        let second = PNGFile(
            width: 1, height: 1, bits: 8, colorType: 0, before: PNGFile.chunk("IDAT", PNGFile.zeros(2)),
            data: [UInt8](repeating: 0, count: 1 << 20))
        #expect(error { try PNG.decode(second.bytes, name: "two") }?.found.contains("goes on after") == true)
    }

    @Test func aChunkCutOffIsAnErrorAlsoWhereItIsLeftOut() throws {
        let whole = PNGFile.black(
            width: 1, height: 1, before: PNGFile.chunk("teSt", [UInt8](repeating: 1, count: 9000)))
        for count in [40, 60, 5000, 9040, whole.bytes.count - 1] {
            #expect(
                error { try PNG.decode(Array(whole.bytes[..<count]), name: "cut") }?.found.contains("cut off") == true)
        }
    }

    @Test func unknownChunksThatMatterAreErrors() throws {
        #expect(error { try pixel(before: PNGFile.chunk("TeSt", [1, 2, 3])) }?.found.contains("TeSt") == true)
    }

    /// More samples than are ever held: the square that a network takes is found row by row.
    @Test func aFilmTooLargeToBeHeldIsResizedAsItComes() throws {
        let path = folder.file("large.png")
        try AtomicFile.write(PNGFile.black(width: 8200, height: 8200).bytes, to: path)
        let held = error { try Image(png: path) }
        #expect(held?.location == path && held?.found.contains("8200 × 8200") == true)
        let data = Dataset(
            folder: folder.path, samples: [Sample(file: "large.png", path: path, score: 1, split: .test)])
        let loader = try SampleLoader(
            dataset: data, split: .test, batchSize: 1, preprocessing: Preprocessing(size: 8), augmentation: nil, seed: 0
        )
        #expect(try loader.next()?.images.array(of: Float.self) == [Float](repeating: 0, count: 64))
    }

    /// An interlaced image has all of its rows at the end, so it is held; hence the smaller limit.
    @Test func largeInterlacedFilmsAreRefusedByTheirHeaders() throws {
        let large = PNGFile.black(width: 8200, height: 8200, interlaced: true)
        try AtomicFile.write(large.bytes, to: folder.file("interlaced.png"))
        let refused = error { try PNG.header(folder.file("interlaced.png")) }
        #expect(refused?.found.contains("8200 x 8200 pixels of 1 channels, interlaced") == true)
    }

    @Test func whoeverFindsTheMemoryTakenWaits() async throws {
        let memory = ImageMemory(bytes: 100), order = Order()
        var first: ImageMemory.Share? = memory.share(of: 60)
        let small = memory.share(of: 40)
        let other = Thread {
            let share = memory.share(of: 60)
            order.append("second")
            withExtendedLifetime(share) {}
        }
        other.start()
        try await Task.sleep(for: .milliseconds(50))
        order.append("first")
        withExtendedLifetime((first, small)) {}
        first = nil
        while order.names.count < 2 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(order.names == ["first", "second"])
        // All of it is there again.
        _ = memory.share(of: 60)
    }

    private final class Order: @unchecked Sendable {
        private let lock = NSLock()
        private var list: [String] = []
        var names: [String] { lock.withLock { list } }
        func append(_ name: String) { lock.withLock { list.append(name) } }
    }
}
