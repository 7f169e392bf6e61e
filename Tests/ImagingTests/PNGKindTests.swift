import Foundation
import TestSupport
import TesseraImaging
import TesseraTensors
import Testing

/// The same picture, stored in every way that PNG has.
@Suite struct PNGKindTests {
    private let folder = TemporaryFolder()
    private let width = 21, height = 13

    /// 16 greys, so that a palette of 4 bits holds them.
    private var greys: [UInt8] {
        (0..<width * height).map { (index: Int) -> UInt8 in
            let value: Int = index * 7 + index / 21 * 5
            return UInt8(value % 16)
        }
    }

    private func rows(_ bytes: [UInt8], _ perRow: Int) -> [[UInt8]] {
        (0..<height).map { Array(bytes[$0 * perRow..<($0 + 1) * perRow]) }
    }

    /// The picture as grey and RGB of 8 and 16 bits, with and without alpha, and as a palette.
    private var twins: [(String, PNGFile)] {
        let grey = greys.map { $0 * 17 }
        func file(_ bits: UInt8, _ colorType: UInt8, _ pixel: (UInt8) -> [UInt8]) -> PNGFile {
            let bytes = grey.flatMap(pixel)
            return PNGFile(
                width: UInt32(width), height: UInt32(height), bits: bits, colorType: colorType,
                rows: rows(bytes, bytes.count / height))
        }
        let palette = PNGFile(
            width: UInt32(width), height: UInt32(height), bits: 8, colorType: 3,
            extra: [("PLTE", (0..<16).flatMap { [UInt8](repeating: $0 * 17, count: 3) })], rows: rows(greys, width))
        return [
            ("grey 8", file(8, 0) { [$0] }), ("grey 16", file(16, 0) { [$0, $0] }),
            ("grey alpha", file(8, 4) { [$0, 9] }), ("RGB 8", file(8, 2) { [$0, $0, $0] }),
            ("RGB 16", file(16, 2) { [$0, $0, $0, $0, $0, $0] }), ("RGBA 8", file(8, 6) { [$0, $0, $0, 3] }),
            ("palette", palette),
        ]
    }

    /// Enlarged and reduced, in every fit, for one channel and three: not a bit differs, since R = G = B is that grey.
    @Test(arguments: [5, 13, 40]) func twinsGiveTheSameNetworkInput(size: Int) throws {
        for fit in Fit.allCases {
            for channels in [1, 3] {
                let preprocessing = try Preprocessing(size: size, channels: channels, fit: fit)
                let inputs = try twins.map { name, file in
                    try preprocessing.evaluation(PNG.decode(file.bytes, name: name))
                }
                for (twin, input) in zip(twins, inputs) {
                    #expect(input == inputs[0], "\(twin.0), \(fit), \(channels)")
                }
            }
        }
    }

    @Test func whiteColourIsWhiteAndEveryGreyIsItself() throws {
        for bits in [UInt8(8), 16] {
            let values = (0..<256).map { UInt8($0) }
            let bytes = values.flatMap { [UInt8](repeating: $0, count: bits == 8 ? 3 : 6) }
            let color = PNGFile(width: 256, height: 1, bits: bits, colorType: 2, rows: [bytes])
            let grey = try PNG.decode(color.bytes, name: "rgb").converted(toChannels: 1)
            #expect(grey.samples == values.map { Float($0) / 255 })
        }
    }

    /// What training and prediction read from the file, row by row, is what the image in memory gives.
    @Test(arguments: Fit.allCases) func rowsFromAFileGiveTheBitsOfTheImage(fit: Fit) throws {
        for (index, twin) in twins.enumerated() {
            try AtomicFile.write(twin.1.bytes, to: folder.file("\(index).png"))
        }
        let samples = twins.indices.map {
            Sample(file: "\($0).png", path: folder.file("\($0).png"), score: 0, split: .train)
        }
        let preprocessing = try Preprocessing(
            size: 9, channels: 3, fit: fit,
            normalization: Normalization(mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3]))
        let loader = try SampleLoader(
            dataset: Dataset(folder: folder.path, samples: samples), split: .train, batchSize: 1,
            preprocessing: preprocessing, augmentation: Augmentation(), seed: 4, epochs: 1)
        while let batch = try loader.next() {
            let index = batch.indices[0]
            let image = try preprocessing.training(
                Image(png: samples[index].path), Augmentation(), seed: 4, epoch: 0, index: index)
            #expect(batch.images.array(of: Float.self) == image.samples)
        }
    }

    /// The passes of Adam7: where each begins, and its steps.
    private static let passes = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]

    @Test func interlacedImagesComeOutAsTheyAre() throws {
        func interlaced(_ colorType: UInt8, _ extra: [(String, [UInt8])], _ values: [UInt8]) -> PNGFile {
            var rows: [[UInt8]] = []
            for (x0, y0, dx, dy) in Self.passes {
                for y in stride(from: y0, to: height, by: dy) {
                    rows.append(stride(from: x0, to: width, by: dx).map { values[y * width + $0] })
                }
            }
            return PNGFile(
                width: UInt32(width), height: UInt32(height), bits: 8, colorType: colorType, interlaced: true,
                extra: extra, rows: rows.filter { !$0.isEmpty })
        }
        let grey = greys.map { $0 * 17 }
        #expect(try PNG.decode(interlaced(0, [], grey).bytes, name: "grey").samples == grey.map { Float($0) / 255 })
        let palette = [("PLTE", (0..<16).flatMap { [$0 * 17, 255 - $0, $0] })] as [(String, [UInt8])]
        let colors = try PNG.decode(interlaced(3, palette, greys).bytes, name: "palette")
        #expect(colors.channels == 3 && colors.samples[..<grey.count].elementsEqual(grey.map { Float($0) / 255 }))
        let broken = error { try PNG.decode(interlaced(3, [("PLTE", [0, 0, 0])], greys).bytes, name: "broken") }
        #expect(broken?.found.contains("the palette index") == true)
    }

    @Test func aPaletteIndexBeyondThePaletteIsAnError() throws {
        for bits in [UInt8(2), 4, 8] {
            let row: [UInt8] = [2: [0b0001_1100], 4: [0x01, 0x30], 8: [0, 1, 3, 0]][bits]!
            let file = PNGFile(
                width: 4, height: 2, bits: bits, colorType: 3, extra: [("PLTE", [UInt8](repeating: 9, count: 9))],
                rows: [[UInt8](repeating: 0, count: row.count), row])
            let found = error { try PNG.decode(file.bytes, name: "palette.png") }?.found
            #expect(found?.contains("row 1, column 2 has the palette index 3 of 3 colours") == true)
        }
        // The bits that fill up the last byte of a row are no pixels.
        let padded = PNGFile(
            width: 1, height: 1, bits: 2, colorType: 3, extra: [("PLTE", [255, 0, 0])], rows: [[0b0011_1111]])
        #expect(try PNG.decode(padded.bytes, name: "padded").samples == [1, 0, 0])
    }

    @Test func transparencyOfAPaletteIsAlpha() throws {
        let file = PNGFile(
            width: 2, height: 1, bits: 8, colorType: 3,
            extra: [("PLTE", [255, 0, 0, 0, 255, 0]), ("tRNS", [51])], rows: [[0, 1]])
        let image = try PNG.decode(file.bytes, name: "transparent")
        #expect(image == Image(width: 2, height: 1, channels: 4, samples: [1, 0, 0, 1, 0, 0, 0.2, 1]))
        let grey = PNGFile(
            width: 2, height: 1, bits: 8, colorType: 0, extra: [("tRNS", [0, 51])], rows: [[51, 102]])
        #expect(
            try PNG.decode(grey.bytes, name: "grey")
                == Image(width: 2, height: 1, channels: 2, samples: [0.2, 0.4, 0, 1]))
    }

    @Test func headersSayHowTheFileStoresItsSamples() throws {
        func header(_ file: PNGFile) throws -> PNG.Header {
            try AtomicFile.write(file.bytes, to: folder.file("h.png"))
            return try PNG.header(folder.file("h.png"))
        }
        let palette = try header(
            PNGFile(width: 4, height: 1, bits: 2, colorType: 3, extra: [("PLTE", [1, 2, 3])], rows: [[0]]))
        #expect(palette.color == .palette && palette.storedBits == 2 && palette.bits == 8 && palette.channels == 3)
        let grey = try header(PNGFile(width: 1, height: 1, bits: 16, colorType: 0, rows: [[0, 0]]))
        #expect(grey.color == .grey && grey.storedBits == 16 && grey.bits == 16 && !grey.isInterlaced)
        let rgba = try header(
            PNGFile(width: 1, height: 1, bits: 8, colorType: 6, interlaced: true, rows: [[1, 2, 3, 4]]))
        #expect(rgba.color == .color && rgba.channels == 4 && rgba.isInterlaced)
    }
}
