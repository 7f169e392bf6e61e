import Foundation
import TestSupport
import TesseraImaging
import TesseraTensors
import Testing

@Suite struct PNGTests {
    let folder = TemporaryFolder()

    @Test func sixteenBitGreyComesBackAsItWas() throws {
        let image = randomImage(width: 7, height: 5, seed: 1)
        try image.write(png: folder.file("a.png"))
        #expect(try Image(png: folder.file("a.png")) == image)
        #expect(try PNG.header(folder.file("a.png")) == PNG.Header(width: 7, height: 5, channels: 1, bits: 16))
    }

    @Test func sixteenBitsAreScaledWithoutClipping() throws {
        let image = Image(width: 4, height: 1, samples: [0, 256 / 65535, 40_000 / 65535, 1])
        try image.write(png: folder.file("a.png"))
        #expect(try Image(png: folder.file("a.png")).samples == [0, 256 / 65535, 40_000 / 65535, 1])
    }

    @Test func eightBitColorComesBackPlanar() throws {
        let image = Image(width: 2, height: 1, channels: 3, samples: [0, 1, 51 / 255, 102 / 255, 153 / 255, 204 / 255])
        try image.write(png: folder.file("rgb.png"), depth: .eight, comment: "synthetic")
        #expect(try Image(png: folder.file("rgb.png")) == image)
    }

    @Test func valuesOutsideTheRangeAreClampedOnWriting() throws {
        try Image(width: 3, height: 1, samples: [-1, 2, .nan]).write(png: folder.file("a.png"), depth: .eight)
        #expect(try Image(png: folder.file("a.png")).samples == [0, 1, 0])
    }

    /// Files made by hand from chunks, of the kinds that this writer does not write.
    @Test func otherKindsAreExpanded() throws {
        let palette = PNGFile(
            width: 4, height: 1, bits: 2, colorType: 3, extra: [("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255])],
            rows: [[0b0001_1000]])
        let colors = try PNG.decode(palette.bytes, name: "palette")
        #expect(colors == Image(width: 4, height: 1, channels: 3, samples: [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0]))

        let oneBit = PNGFile(width: 8, height: 1, bits: 1, colorType: 0, rows: [[0b1010_0001]])
        #expect(try PNG.decode(oneBit.bytes, name: "1 bit").samples == [1, 0, 1, 0, 0, 0, 0, 1])

        let fourBits = PNGFile(width: 2, height: 2, bits: 4, colorType: 0, rows: [[0x0F], [0x3C]])
        #expect(try PNG.decode(fourBits.bytes, name: "4 bit").samples == [0, 1, 0.2, 0.8])

        let greyAlpha = PNGFile(
            width: 2, height: 1, bits: 16, colorType: 4, rows: [[0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF]])
        #expect(
            try PNG.decode(greyAlpha.bytes, name: "alpha")
                == Image(width: 2, height: 1, channels: 2, samples: [1, 0, 0, 1]))

        let rgba = PNGFile(width: 1, height: 1, bits: 8, colorType: 6, rows: [[255, 0, 51, 102]])
        #expect(
            try PNG.decode(rgba.bytes, name: "rgba")
                == Image(width: 1, height: 1, channels: 4, samples: [1, 0, 0.2, 0.4]))
    }

    @Test func foreignFilesAreNamed() throws {
        let cases: [([UInt8], String)] = [
            ([], "an empty file"), ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG file"),
            ([UInt8](repeating: 0, count: 128) + Array("DICM".utf8), "a DICOM file"),
            (Array("hello world".utf8), "a file that is no PNG: it begins with 68 65 6C 6C 6F 20 77 6F"),
            ([0x89, 0x50, 0x4E], "a PNG file that is cut off after 3 bytes"),
        ]
        for (bytes, found) in cases {
            try AtomicFile.write(bytes, to: folder.file("x.png"))
            let error = error { try Image(png: folder.file("x.png")) }
            #expect(error?.location == folder.file("x.png") && error?.found == found)
        }
    }

    @Test func everyTruncationIsAnError() throws {
        let bytes = try PNG.encode(randomImage(width: 9, height: 9, seed: 2), depth: .sixteen)
        for count in 0..<bytes.count {
            let error = error { try PNG.decode(Array(bytes[..<count]), name: "cut.png") }
            #expect(
                error?.location == "cut.png" && error?.found.contains(count == 0 ? "empty" : "cut off") == true,
                "\(count) bytes: \(String(describing: error))")
        }
    }

    /// A changed byte is an error or, where it lies in a text chunk's name or the like, harmless; it never crashes.
    @Test func damagedBytesAreErrors() throws {
        let image = randomImage(width: 9, height: 9, seed: 3)
        let bytes = try PNG.encode(image, depth: .sixteen)
        var errors = 0
        for position in bytes.indices {
            for flip in [UInt8(0x01), 0x80] {
                var damaged = bytes
                damaged[position] ^= flip
                if let error = error({ try PNG.decode(damaged, name: "damaged.png") }) {
                    #expect(error.location == "damaged.png")
                    errors += 1
                } else {
                    #expect(try PNG.decode(damaged, name: "damaged.png").pixelCount == 81)
                }
            }
        }
        #expect(errors > bytes.count)
    }

    @Test func aBrokenChecksumIsAnError() throws {
        var bytes = try PNG.encode(Image(width: 2, height: 2), depth: .eight)
        let data = bytes.indices.first { bytes[$0...].starts(with: Array("IDAT".utf8)) }!
        bytes[data + 6] ^= 0xFF
        #expect(error { try PNG.decode(bytes, name: "crc.png") }?.found.contains("IDAT") == true)
    }

    @Test func hugeSizesAreRefusedBeforeAllocation() throws {
        let tooWide = PNGFile(width: 40_000, height: 1, bits: 8, colorType: 0, rows: [[0]])
        #expect(error { try PNG.decode(tooWide.bytes, name: "wide") }?.found.contains("40000 x 1") == true)
        let tooMany = PNGFile(width: 32_000, height: 32_000, bits: 8, colorType: 0, rows: [[0]])
        #expect(error { try PNG.decode(tooMany.bytes, name: "many") }?.found.contains("32000 x 32000") == true)
        let bomb = PNGFile(width: 16_000, height: 16_000, bits: 8, colorType: 0, rows: [[0]])
        #expect(error { try PNG.decode(bomb.bytes, name: "bomb") }?.found.contains("more than its") == true)
        let tooManyChannels = PNGFile(
            width: 16_000, height: 10_000, bits: 8, colorType: 6, rows: [[UInt8](repeating: 0, count: 700_000)])
        #expect(error { try PNG.decode(tooManyChannels.bytes, name: "channels") }?.found.contains("4 channels") == true)
    }

    @Test func missingFilesAndFoldersAreErrors() {
        #expect(error { try Image(png: folder.file("none.png")) }?.kind == .inputOutput)
        #expect(error { try Image(png: folder.path) }?.found == "it is no regular file")
    }

    @Test func failedWritesLeaveNothing() {
        let image = Image(width: 1, height: 1)
        #expect(error { try image.write(png: folder.file("none/a.png")) }?.kind == .inputOutput)
        #expect(folder.contents == [])
    }
}
