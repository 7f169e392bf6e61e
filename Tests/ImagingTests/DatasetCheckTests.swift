import Foundation
import TesseraImaging
import TesseraTensors
import Testing

/// All that is wrong with a data set is found at once, and only that.
@Suite struct DatasetCheckTests {
    private let folder = TemporaryFolder()

    /// A film: a bright hand with texture before a dark background, of its own brightness for every number.
    private func film(_ number: Int, width: Int = 80, height: Int = 80, scale: Float = 1) -> Image {
        var image = randomImage(width: width, height: height, seed: UInt64(number))
        for y in 0..<height {
            for x in 0..<width {
                let dx = Double(x) / Double(width) - 0.5, dy = Double(y) / Double(height) - 0.5
                let hand: Float = dx * dx + dy * dy < 0.16 ? 0.6 : 0.05
                let value = hand + 0.2 * image.samples[y * width + x] + 0.005 * Float(number % 7)
                image.samples[y * width + x] = value * scale
            }
        }
        return image
    }

    private func changed(_ image: Image, _ change: (Float) -> Float) -> Image {
        Image(width: image.width, height: image.height, samples: image.samples.map(change))
    }

    /// Twelve films, ten of them for training.
    private func writeFilms() throws {
        for number in 0..<12 { try film(number).write(png: folder.file("\(number).png")) }
    }

    private func table(_ rows: [String], split: Bool = true) throws -> LabelTable {
        let header = split ? "file,score,split" : "file,score"
        return try LabelTable(
            folder.write(([header] + rows).joined(separator: "\n"), to: "labels.csv"), folder: folder.path)
    }

    private var rows: [String] {
        (0..<12).map { "\($0).png,\($0 * 10),\($0 < 10 ? "train" : $0 == 10 ? "validation" : "test")" }
    }

    private func report(_ table: LabelTable, workers: Int = 2, _ change: (inout DatasetCheck) throws -> Void = { _ in })
        throws -> DatasetReport
    {
        var check = DatasetCheck()
        try change(&check)
        return try check.report(on: Dataset(table), workers: workers)
    }

    @Test func aSoundSetHasNoFindings() throws {
        try writeFilms()
        let report = try report(table(rows)) {
            $0.preprocessing = try Preprocessing(size: 64)
            ($0.batchSize, $0.scores, $0.required) = (10, .different, Set(Split.allCases))
        }
        #expect(report.findings.isEmpty, "\(report.findings)")
        let summary = report.summary
        #expect(summary.parts.map(\.images) == [10, 1, 1] && summary.parts[0].meanScore == 45)
        #expect(summary.images16Bit == 12 && summary.squareImages == 12 && summary.sizes.map(\.width) == [80])
        #expect(!summary.isSynthetic)
    }

    @Test func everyFileThatCannotBeReadIsNamedAtOnce() throws {
        try writeFilms()
        let whole = try WholeFile.read(folder.file("3.png"), limit: 1 << 20)
        try AtomicFile.write(Array(whole.prefix(whole.count / 2)), to: folder.file("3.png"))
        _ = folder.write("no picture", to: "5.png")
        try AtomicFile.write([0xFF, 0xD8, 0xFF, 0xE0], to: folder.file("10.png"))
        unlink(folder.file("11.png"))
        let errors = try report(table(rows)).findings.errors
        let places = errors.map { ($0.place as NSString).lastPathComponent }
        #expect(places == ["labels.csv, line 13, column 'file'", "3.png", "5.png", "10.png"])
        #expect(errors[3].found == "a JPEG file" && errors[2].found.contains("no PNG"))
        #expect(throws: DataErrors.self) { try errors.throwErrors() }
    }

    @Test func copiesAreErrorsAcrossSplitsAndWarningsWithinOne() throws {
        try writeFilms()
        for (copy, original) in [(11, 2), (4, 3)] {
            try AtomicFile.write(
                WholeFile.read(folder.file("\(original).png"), limit: 1 << 20), to: folder.file("\(copy).png"))
        }
        let report = try report(table(rows))
        #expect(
            report.findings.map(\.description) == [
                "error: line 13, '11.png': the same image as line 4, '2.png', in test and train, with the scores 110.0 and 20.0; accepted: each image in one split",
                "warning: line 6, '4.png': the same image as line 5, '3.png', with the scores 40.0 and 30.0; accepted: each image once",
            ])
        #expect(report.faultyLines == [13])
        let drawn = try self.report(table((0..<12).map { "\($0).png,\($0)" }, split: false))
        #expect(drawn.faultyLines == [6, 13])
    }

    @Test func scoresThatCannotBeTrainedOnAreErrors() throws {
        try writeFilms()
        let equal = try table((0..<6).map { "\($0).png,0.1,train" })
        #expect(
            try report(equal) { $0.scores = .different }.findings.errors.map(\.found)
                == ["all 6 training scores are equal: 0.1"])
        let report = try report(table(rows)) {
            ($0.scores, $0.batchSize) = (.probabilities, 11)
        }
        #expect(report.findings.errors.count == 12 && report.faultyLines == Set(3...13))
        #expect(report.findings.errors[0].found == "11 for 10 images")
        let empty = try self.report(equal) { $0.required = [.train, .validation] }.findings.errors
        #expect(empty.map(\.found) == ["no image in the split 'validation'"])
        let high = try table(["0.png,1,train", "1.png,-3,train", "2.png,400,train"])
        let found = try self.report(high).findings
        #expect(found.map(\.severity) == [.warning] && found[0].found.contains("400"))
    }

    /// One image of another kind among the others, and the words by which it is warned of.
    private static let kinds: [(words: String, change: @Sendable (Float) -> Float)] = [
        ("the image is black", { _ in 0 }),
        ("of one brightness", { _ in 0.5 }), ("use 12 bits", { $0 / 16 }),
        ("use 10 bits", { $0 / 64 }), ("inverted?", { 1 - $0 }),
        ("a mean brightness of", { min(1, $0 + 0.3) }), ("a contrast", { 0.35 + ($0 - 0.35) / 3 }),
    ]

    @Test(arguments: 0..<7) func anImageOfAnotherKindIsWarnedOf(_ kind: Int) throws {
        try writeFilms()
        let (words, change) = Self.kinds[kind]
        try changed(film(11), change).write(png: folder.file("11.png"))
        let findings = try report(table(rows)) { $0.preprocessing = try Preprocessing(size: 64) }.findings
        #expect(findings.contains { $0.found.contains(words) && $0.place == "11.png" }, "\(findings)")
        #expect(findings.allSatisfy { $0.place == "11.png" && $0.severity == .warning }, "\(findings)")
        // The same seen by a model that was trained on the other images.
        unlink(folder.file("11.png"))
        try writeFilms()
        let training = try #require(report(table(rows)).trainingImages)
        let kept = try JSONDecoder().decode(TrainingImages.self, from: JSONEncoder().encode(training))
        try changed(film(11), change).write(png: folder.file("x.png"))
        let alone = try ImageInspection(path: folder.file("x.png"), preprocessing: nil)
            .warnings(at: "x", preprocessing: nil, trainedOn: kept)
        #expect(alone.map(\.found) == findings.map(\.found))
    }

    @Test func whatTheSquareCutsOffIsSaidUnlessThePadKeepsIt() throws {
        try writeFilms()
        try film(1, width: 120).write(png: folder.file("1.png"))
        try film(2, width: 160).write(png: folder.file("2.png"))
        try film(3, height: 100).write(png: folder.file("3.png"))
        func found(_ fit: Fit, _ size: Int) throws -> [String] {
            try report(table(rows)) { $0.preprocessing = try Preprocessing(size: size, fit: fit) }.findings.map(
                \.description)
        }
        let crop = try found(.crop, 64)
        #expect(crop.count == 2 && crop[0].hasPrefix("warning: 2 of 12 images, such as 2.png: 160 × 80 pixels"))
        #expect(crop[0].contains("50 % off at left and right") && crop[0].contains("--fit pad"))
        #expect(crop[1].contains("3.png") && crop[1].contains("20 % off at top and bottom"))
        #expect(try found(.pad, 64).isEmpty && found(.stretch, 64).isEmpty)
        #expect(try found(.pad, 90).count == 1 && found(.pad, 90)[0].contains("80 × 80 pixels, enlarged to 90"))
        #expect(try found(.crop, 90).contains { $0.contains("12 of 12 images") && $0.contains("at most 80") })
    }

    @Test func meanAndDeviationAreThoseOfAllPixels() throws {
        let values: [[Float]] = [[0, 1, 0.5, 0.5], [0.25, 0.25, 0.25, 1], [0, 0, 0, 0.125]]
        for (index, samples) in values.enumerated() {
            try Image(width: 2, height: 2, samples: samples).write(png: folder.file("\(index).png"))
        }
        let table = try table(values.indices.map { "\($0).png,\($0),train" })
        let read = try table.samples.flatMap { try Image(png: $0.path).samples.map(Double.init) }
        let mean = read.reduce(0, +) / 12, variance = read.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
        func normalization(channels: Int, workers: Int) throws -> Normalization {
            try #require(
                report(table, workers: workers) {
                    $0.preprocessing = try Preprocessing(size: 2, channels: channels)
                    $0.measuresNormalization = true
                }.normalization)
        }
        let one = try normalization(channels: 1, workers: 1), three = try normalization(channels: 3, workers: 3)
        #expect(abs(Double(one.mean[0]) - mean) < 1e-7 && abs(Double(one.deviation[0]) - variance.squareRoot()) < 1e-7)
        #expect(
            three.mean == [Float](repeating: one.mean[0], count: 3)
                && three.deviation == [Float](repeating: one.deviation[0], count: 3))
    }

    @Test func theDigestIsOfContentAlone() throws {
        try writeFilms()
        let digest = try #require(report(table(rows), workers: 1).contentDigest)
        #expect(try Dataset(table(rows.reversed())).contentDigest(workers: 3) == digest)
        try FileManager.default.moveItem(atPath: folder.file("0.png"), toPath: folder.file("other.png"))
        let renamed = ["other.png,0,test"] + rows.dropFirst()
        #expect(try Dataset(table(renamed)).contentDigest(workers: 1) == digest)
        #expect(try Dataset(table(["other.png,1,test"] + rows.dropFirst())).contentDigest(workers: 1) != digest)
        #expect(try Dataset(table(Array(renamed.dropFirst()))).contentDigest(workers: 1) != digest)
        try film(99).write(png: folder.file("other.png"))
        #expect(try Dataset(table(renamed)).contentDigest(workers: 1) != digest)
    }

    @Test func phantomsSayThatTheyAreSynthetic() throws {
        try PhantomSet.write(
            count: 3, size: 32, seed: 3, to: folder.file("phantoms"), parts: .init(train: 1, validation: 1, test: 1))
        let data = try Dataset(folder: folder.file("phantoms"))
        #expect(data.isSynthetic && data.hasGivenSplits)
    }

    @Test func whatProgressThrowsEndsTheCheck() throws {
        struct Stop: Error {}
        try writeFilms()
        #expect(throws: Stop.self) {
            try DatasetCheck().report(on: Dataset(table(rows)), workers: 2) { done, _ in if done == 3 { throw Stop() } }
        }
    }
}
