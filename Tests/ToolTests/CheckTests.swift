import Foundation
import Testing

/// `tessera check`, and the same at the start of `train` and `evaluate`: everything wrong at once, before anything is
/// made of it.
@Suite struct CheckTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private struct Report: Decodable {
        struct Finding: Decodable { let severity: String, place: String, found: String, accepted: String }
        struct Summary: Decodable { let images: Int, images16Bit: Int, isSynthetic: Bool, readers: Int }
        let findings: [Finding]
        let summary: Summary
        let isUsable: Bool
        let contentDigest: String?
    }

    private func report(_ arguments: String...) throws -> (Tool.Result, Report) {
        let result = try Tool.run(["check"] + arguments + ["--json", "--threads", "1"])
        return (result, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
    }

    /// The phantoms of the fixture with their labels, and of these some destroyed: in training, validation and test.
    private func damagedSet() throws -> [String] {
        try FileManager.default.removeItem(atPath: folder.path)
        try FileManager.default.copyItem(atPath: fixture.data, toPath: folder.path)
        var rows = try folder.text("labels.csv").split(separator: "\n").map(String.init)
        func file(_ split: String, _ number: Int) -> String {
            String(rows.filter { $0.hasSuffix(",\(split)") }[number].prefix { $0 != "," })
        }
        let names = [file("train", 0), file("train", 1), file("validation", 0), file("test", 0)]
        let whole = try folder.data(names[0])
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path(names[0])))
        try folder.write("no picture", to: names[1])
        try whole.prefix(9).write(to: URL(fileURLWithPath: folder.path(names[2])))
        try FileManager.default.removeItem(atPath: folder.path(names[3]))
        rows[rows.count - 1] = rows[rows.count - 1].replacingOccurrences(of: ".png,", with: ".png,x")
        try folder.write(rows.joined(separator: "\n"), to: "labels.csv")
        return names
    }

    @Test func aSoundSetIsSummed() throws {
        let (result, report) = try report(fixture.data, "--size", "32", "--batch-size", "2")
        #expect(result.status == 0 && report.isUsable && report.findings.isEmpty, "\(result.output)")
        #expect(report.summary.images == 12 && report.summary.images16Bit == 12 && report.summary.readers == 2)
        #expect(report.summary.isSynthetic && report.contentDigest?.count == 16)
        let text = try Tool.run("check", fixture.data, "--threads", "1")
        #expect(text.output.contains("validation       2") && text.output.contains("0 errors, 0 warnings, 0 notes"))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text.output)")
    }

    @Test func everyFaultIsListedAndUsableRowsAreWritten() throws {
        let names = try damagedSet()
        let (result, report) = try report(folder.path, "--batch-size", "7")
        let errors = report.findings.filter { $0.severity == "error" }
        #expect(result.status == 1 && !report.isUsable)
        for name in names { #expect(errors.contains { "\($0.place) \($0.found)".contains(name) }, "\(name)") }
        #expect(errors.contains { $0.place.contains("column 'score'") } && errors.count == 5, "\(result.output)")

        let written = try Tool.run(
            "check", folder.path, "--write-labels", folder.path("usable.csv"), "--threads", "1")
        #expect(written.status == 0 && written.output.contains("7 of 12 rows written"), "\(written.output)")
        #expect(try folder.text("usable.csv").hasPrefix("file,score,reader1,reader2,split\n"))
        let again = try Tool.run("check", folder.path, "--labels", folder.path("usable.csv"), "--threads", "1")
        #expect(again.status == 0, "\(again.output)")
    }

    @Test func whatRemainsMustBeUsable() throws {
        _ = try damagedSet()
        let written = try Tool.run(
            "check", folder.path, "--write-labels", folder.path("usable.csv"), "--batch-size", "7", "--threads", "1")
        #expect(written.status == 1 && written.errors.contains("batch size"), "\(written.errors)")
    }

    @Test func trainingRefusesWithTheWholeListBeforeItBegins() throws {
        let names = try damagedSet()
        let result = try Tool.run(
            ["train", "--data", folder.path, "--out", folder.path("run"), "--batch-size", "2"] + Fixture.small)
        #expect(result.status == 1 && result.output.isEmpty)
        for name in names { #expect(result.failures.contains { $0.contains(name) }, "\(name): \(result.errors)") }
        #expect(result.failures.contains { $0.contains("column 'score'") } && result.failures.count == 5)
        #expect(!folder.contains("run"))
    }

    @Test func whatCannotBeTrainedOnIsFoundBeforeTheFirstStep() throws {
        func failure(_ scores: [String], _ more: String...) throws -> String {
            let rows = try fixture.folder.text("phantoms/labels.csv").split(separator: "\n").dropFirst()
                .map { $0.prefix { $0 != "," } }
            let table = zip(rows, scores).map { "\($0),\($1),train" }
            try folder.write((["file,score,split"] + table).joined(separator: "\n"), to: "labels.csv")
            let result = try Tool.run(
                ["train", "--data", fixture.data, "--labels", folder.path("labels.csv"), "--out", folder.path("run")]
                    + Fixture.small + more)
            #expect(result.status == 1 && !folder.contains("run"), "\(result.errors)")
            return result.failures.joined(separator: "\n")
        }
        #expect(try failure(Array(repeating: "0.1", count: 6)).contains("all 6 training scores are equal: 0.1"))
        #expect(try failure(["0", "1", "0", "1.5"], "--loss", "bce").contains("1.5"))
        #expect(try failure(["0", "1", "2"], "--batch-size", "4").contains("4 for 3 images"))
    }

    @Test func resumingNeedsTheSameImages() throws {
        let run = folder.path("run"), images = folder.path("images"), other = folder.path("other")
        try FileManager.default.copyItem(atPath: fixture.run, toPath: run)
        try FileManager.default.copyItem(atPath: fixture.data, toPath: images)
        let drawn = try Tool.run("phantom", "--count", "3", "--size", "64", "--seed", "99", "--out", other)
        #expect(drawn.status == 0, "\(drawn.errors)")
        func resume() throws -> Tool.Result {
            try Tool.run("train", "--resume", run, "--epochs", "3", "--data", images, "--threads", "1")
        }
        let kept = try folder.data("images/phantom-00003.png")
        try folder.data("other/phantom-00000.png").write(
            to: URL(fileURLWithPath: folder.path("images/phantom-00003.png")))
        let changed = try resume()
        #expect(changed.status == 1 && changed.failures.count == 1, "\(changed.errors)")
        #expect(changed.failures.first?.contains("not those the run began with") == true)
        try kept.write(to: URL(fileURLWithPath: folder.path("images/phantom-00003.png")))
        let same = try resume()
        #expect(same.status == 0, "\(same.errors)")
    }

    @Test func evaluationRefusesWithTheWholeListOfItsSplit() throws {
        let names = try damagedSet()
        try folder.write(
            try folder.text("labels.csv").split(separator: "\n").filter { !$0.contains(names[3]) && !$0.contains(",x") }
                .joined(separator: "\n"), to: "labels.csv")
        let result = try Tool.run(
            "evaluate", fixture.run, "--data", folder.path, "--split", "train", "--out", folder.path("out"),
            "--threads", "1")
        #expect(result.status == 1 && result.failures.filter { $0.contains(".png") }.count == 2, "\(result.errors)")
        #expect(!folder.contains("out"))
    }

    @Test func imagesUnlikeThoseOfTheTrainingAreWarnedOf() throws {
        let other = folder.path("other")
        let drawn = try Tool.run("phantom", "--count", "3", "--size", "24", "--seed", "9", "--out", other)
        #expect(drawn.status == 0, "\(drawn.errors)")
        let (result, report) = try report(other, "--model", fixture.run)
        #expect(
            result.status == 0 && report.findings.contains { $0.found.contains("enlarged to 48") }, "\(result.output)")
    }
}
