import Foundation
import TesseraImaging
import Testing

/// `predict` scores what can be scored, and says of each other file why it cannot.
@Suite struct PredictTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private struct Score: Decodable { let file: String, score: Double?, error: String? }

    @Test("Unreadable images among others are errors of their own: table, JSON, CSV and exit code 4")
    func someFail() throws {
        let whole = try fixture.folder.data("phantoms/phantom-00000.png")
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path("cut, \"2\".png")))
        try folder.write("no picture", to: "text.png")
        let names = ["phantom-00000.png", "phantom-00001.png", "phantom-00002.png"].map { "\(fixture.data)/\($0)" }
        let bad = ["cut, \"2\".png", "text.png", "absent.png"].map(folder.path)
        let files = [bad[0], names[0], bad[1], names[1], bad[2], names[2]]
        let out = folder.path("scores.csv")
        let result = try Tool.run(
            ["predict", fixture.run] + files + ["--out", out, "--threads", "2", "--batch-size", "2"])
        #expect(result.status == 4 && result.failures.count == 3, "\(result.errors)")
        #expect(result.errors.contains("3 of 6 images could not be scored"))
        let lines = result.output.split(separator: "\n")
        #expect(lines.map { $0.hasSuffix("  error") } == [false, true, false, true, false, true, false])

        let json = try Tool.run(["predict", fixture.run] + files + ["--json", "--threads", "1"])
        let scores = try JSONDecoder().decode([Score].self, from: Data(json.output.utf8))
        #expect(json.status == 4 && scores.map(\.file) == files)
        #expect(scores.map { $0.score == nil } == [true, false, true, false, true, false])
        #expect(scores[4].error?.contains("no such file") == true && scores[1].error == nil)
        let table = try folder.text("scores.csv").split(separator: "\n")
        #expect(table.count == 7 && table[0] == "file,score,error")
        #expect(table[1].hasPrefix("\"\(bad[0].replacingOccurrences(of: "\"", with: "\"\""))\",,"), "\(table[1])")
        // The others have the scores that they have alone.
        let alone = try Tool.run(["predict", fixture.run] + names + ["--json", "--threads", "1"])
        #expect(alone.status == 0)
        let expected = try JSONDecoder().decode([Score].self, from: Data(alone.output.utf8)).map(\.score)
        for (score, other) in zip(scores.compactMap(\.score), expected) {
            #expect(abs(score - (other ?? .nan)) <= 1e-4 * max(1, abs(score)))
        }
        let again = try Tool.run(["predict", fixture.run] + names + ["--out", out, "--threads", "1"])
        #expect(again.status == 1 && again.errors.contains("a file that is there") && again.output.isEmpty)
    }

    @Test("Images unlike those of the training are scored and warned of")
    func unlike() throws {
        let usual = "\(fixture.data)/phantom-00000.png"
        let film = try Image(png: usual)
        for (words, change) in [
            ("the image is black", { _ in 0 }), ("inverted?", { 1 - $0 }), ("use 12 bits", { $0 / 16 }),
        ] as [(String, (Float) -> Float)] {
            let other = Image(width: film.width, height: film.height, samples: film.samples.map(change))
            try other.write(png: folder.path("other.png"))
            let result = try Tool.run("predict", fixture.run, folder.path("other.png"), "--threads", "1")
            let warnings = result.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
            #expect(result.status == 0 && warnings.contains { $0.contains(words) }, "\(words): \(result.errors)")
        }
        let result = try Tool.run("predict", fixture.run, usual, "--threads", "1")
        #expect(result.status == 0 && !result.errors.contains("warning"), "\(result.errors)")
    }
}
