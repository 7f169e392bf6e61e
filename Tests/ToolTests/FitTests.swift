import Foundation
import TesseraImaging
import TesseraTraining
import Testing

/// How a landscape film becomes a square, the same wherever it is scored.
@Suite struct FitTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private struct Score: Decodable { let score: Double }

    /// A film of two phantoms side by side: the centre square has the inner halves of both.
    private func landscape(_ first: Int) throws -> Image {
        let films = try [first, first + 1].map {
            try Image(png: fixture.data + String(format: "/phantom-%05d.png", $0))
        }
        var wide = Image(width: 128, height: 64)
        for y in 0..<64 { for x in 0..<128 { wide[x, y] = films[x / 64][x % 64, y] } }
        return wide
    }

    /// The folder of six landscape films with labels.
    private func landscapes() throws -> String {
        let data = folder.path("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        var labels = "file,score,split\n"
        for index in 0..<6 {
            try landscape(index).write(png: data + "/\(index).png")
            labels += "\(index).png,\(index * 3),\(index < 4 ? "train" : index == 4 ? "validation" : "test")\n"
        }
        try folder.write(labels, to: "data/labels.csv")
        return data
    }

    private func score(_ model: String, _ image: String, _ options: String...) throws -> Double {
        let result = try Tool.run(["predict", model, image, "--json", "--threads", "1"] + options)
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode([Score].self, from: Data(result.output.utf8))[0].score
    }

    /// A file from elsewhere does not say how images are prepared: the option does, and the export keeps it.
    @Test func aForeignFileScoresALandscapeFilmInThreeWays() throws {
        let film = folder.path("film.png"), foreign = folder.path("foreign.onnx")
        try landscape(0).write(png: film)
        var model = try Checkpoint(path: fixture.run + "/checkpoints/best.safetensors").model
        model.preprocessing = nil
        try model.writeONNX(to: foreign)
        var scores: [Double] = []
        for fit in Fit.allCases {
            let exported = folder.path("\(fit.rawValue).onnx")
            let export = try Tool.run("export", foreign, "--out", exported, "--fit", fit.rawValue)
            #expect(export.status == 0, "\(export.errors)")
            scores.append(try score(exported, film))
            #expect(try score(foreign, film, "--fit", fit.rawValue) == scores.last)
            let other = try Tool.run("predict", exported, film, "--fit", fit == .pad ? "crop" : "pad")
            #expect(other.status == 1 && other.failures.first?.contains("accepted: \(fit.rawValue)") == true)
        }
        #expect(Set(scores).count == 3)
        #expect(try score(foreign, film) == scores[0])
    }

    /// What validation during training found, evaluation finds again, and so does the exported file.
    @Test func trainingEvaluationAndExportUseTheFitOfTheRun() throws {
        let data = try landscapes(), run = folder.path("run"), exported = folder.path("model.onnx")
        let trained = try Tool.run(
            [
                "train", "--data", data, "--out", run, "--fit", "pad", "--epochs", "1", "--batch-size", "2", "--norm",
                "frozen-statistics", "--size", "32", "--threads", "1",
            ])
        #expect(trained.status == 0, "\(trained.errors)")
        let preprocessing = try Checkpoint(path: run + "/checkpoints/best.safetensors").model.preprocessing
        #expect(preprocessing?.fit == .pad)
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n")
        let logged =
            try #require(
                JSONSerialization.jsonObject(with: Data(lines.last!.utf8)) as? [String: Any])["meanAbsoluteError"]
            as? Double

        #expect(try Tool.run("export", run, "--out", exported).status == 0)
        for model in [run, exported] {
            let predicted = try score(model, data + "/4.png")
            #expect(abs(abs(predicted - 12) - (logged ?? .nan)) < 1e-4 * max(1, abs(predicted)))
        }
        let resumed = try Tool.run("train", "--resume", run, "--fit", "crop", "--epochs", "2")
        #expect(resumed.status == 64 && resumed.errors.contains("--fit defines a run"))

        for (start, name) in [
            ("--init", "run"), ("--init", "model.onnx"), ("--backbone", "run"), ("--backbone", "model.onnx"),
        ] {
            let begun = try beginning(data, start, folder.path(name))
            #expect(begun.fit == .pad && begun.said.contains("fit: pad, with which \(name) was trained"))
        }
        let other = try beginning(data, "--init", run, "--fit", "stretch")
        #expect(other.fit == .stretch && other.said.contains("fit: stretch, as asked; run was trained with pad"))
    }

    @Test func trainingWarnsOfFilmsThatItCutsOrEnlarges() throws {
        let data = try landscapes()
        let crop = try beginning(data), pad = try beginning(data, "--fit", "pad"),
            large = try beginning(data, "--size", "96")
        #expect(crop.said.contains("0.png: 128 × 64 pixels, of which the square cuts 50 % off"))
        #expect(crop.said.contains("--fit pad") && !pad.said.contains("cuts") && !pad.said.contains("enlarged"))
        #expect(large.said.contains("enlarged to 96"), "\(large.said)")
    }

    /// Where neither file nor option says it, a new run crops, as ever.
    @Test func aBeginningThatSaysNoFitIsACrop() throws {
        var model = try Checkpoint(path: fixture.run + "/checkpoints/best.safetensors").model
        model.preprocessing = nil
        try model.writeONNX(to: folder.path("foreign.onnx"))
        let begun = try beginning(fixture.data, "--backbone", folder.path("foreign.onnx"))
        #expect(begun.fit == .crop && !begun.said.contains("fit: "))
    }

    /// The fit of a run that begins with another model, and what it says.
    private func beginning(_ data: String, _ start: String...) throws -> (fit: Fit?, said: String) {
        let run = TemporaryFolder()
        let trained = try Tool.run(
            [
                "train", "--data", data, "--out", run.path("run"), "--epochs", "1", "--batch-size", "2",
                "--norm", "train",
            ] + Fixture.small + start)
        try #require(trained.status == 0, "\(trained.errors)")
        let model = try Checkpoint(path: run.path("run/checkpoints/last.safetensors")).model
        return (model.preprocessing?.fit, trained.errors)
    }
}
