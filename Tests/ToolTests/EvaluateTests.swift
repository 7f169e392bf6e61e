import Foundation
import Testing

/// What `evaluate` is of, which it says, and where it goes.
@Suite struct EvaluateTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private struct Record: Decodable {
        struct Model: Decodable { let file: String, digest: String, architecture: String, step: Int?, epoch: Int? }
        struct Data: Decodable {
            let folder: String, digest: String, split: String, reason: String, images: Int, trainedOn: Int?
            let isSynthetic: Bool
        }
        let version: String, command: [String], model: Model, data: Data
    }

    /// The phantoms of the fixture in a folder of their own, without a split column; `scale` multiplies the scores.
    private func unsplit(_ name: String, scale: Int = 1) throws -> String {
        let copy = folder.path(name)
        try FileManager.default.copyItem(atPath: fixture.data, toPath: copy)
        let rows = try folder.text("\(name)/labels.csv").split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: ",")
            return "\(fields[0]),\((Int(fields[1]) ?? 0) * scale)"
        }
        try folder.write((["file,score"] + rows).joined(separator: "\n"), to: "\(name)/labels.csv")
        return copy
    }

    private func evaluate(_ model: String, _ data: String, _ out: String, _ more: String...) throws -> Tool.Result {
        try Tool.run(
            ["evaluate", model, "--data", data, "--out", folder.path(out), "--json", "--threads", "1"] + more)
    }

    private func record(_ name: String) throws -> Record {
        try JSONDecoder().decode(Record.self, from: folder.data("\(name)/evaluation.json"))
    }

    private func files(_ name: String) throws -> [Substring] {
        try folder.text("\(name)/predictions.csv").split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    }

    @Test("Without a split column the run's own data gives its test part, wherever it lies, and other data all of it")
    func ownDataAndOther() throws {
        let own = try unsplit("own"), run = folder.path("run")
        let trained = try Tool.run(
            ["train", "--data", own, "--out", run, "--epochs", "1", "--batch-size", "2", "--seed", "7"]
                + Fixture.small)
        #expect(trained.status == 0, "\(trained.errors)")
        try FileManager.default.moveItem(atPath: own, toPath: folder.path("moved"))
        let moved = folder.path("moved")
        let first = try evaluate(run, moved, "first")
        #expect(first.status == 0, "\(first.errors)")
        let of = try record("first").data
        #expect(of.split == "test" && of.images == 1 && of.trainedOn == 0 && of.reason.contains("drawn from its seed"))
        // An exported file knows the same.
        let model = folder.path("model.onnx")
        #expect(try Tool.run("export", run, "--out", model).status == 0)
        #expect(try evaluate(model, moved, "exported").status == 0)
        #expect(try files("exported") == files("first") && record("exported").data.digest == of.digest)

        let other = try unsplit("other", scale: 2)
        let whole = try evaluate(run, other, "whole")
        let ofWhole = try record("whole").data
        #expect(ofWhole.split == "all" && ofWhole.images == 12 && ofWhole.digest != of.digest)
        // The scores are others, the images are not.
        #expect(ofWhole.trainedOn == 8 || ofWhole.trainedOn == 9 || ofWhole.trainedOn == 10)
        #expect(whole.errors.contains("was trained on \(ofWhole.trainedOn ?? 0) of these 12 images"))
        let refused = try evaluate(run, other, "refused", "--split", "validation")
        #expect(refused.status == 1 && refused.errors.contains("without a split column"))
        #expect(try evaluate(run, other, "seeded", "--split", "train", "--seed", "1").status == 0)
        #expect(try record("seeded").data.split == "train" && !folder.contains("refused"))
    }

    @Test("The images of a training with a split column are not split anew without it")
    func splitColumnIsMissing() throws {
        let own = try unsplit("own")
        // Scores are those of the labels, so that only the column is missing.
        let refused = try evaluate(fixture.run, own, "refused")
        #expect(refused.status == 1 && refused.errors.contains("--split all"), "\(refused.errors)")
        #expect(try evaluate(fixture.run, own, "all", "--split", "all").status == 0)
        #expect(try record("all").data.trainedOn == 8)
    }

    @Test("Each evaluation of a run has a new folder with what it was of") func folders() throws {
        let run = folder.path("run")
        try FileManager.default.copyItem(atPath: fixture.run, toPath: run)
        for split in ["validation", "test", "test"] {
            let result = try Tool.run("evaluate", run, "--data", fixture.data, "--split", split, "--threads", "1")
            #expect(result.status == 0 && result.output.contains("\n  mean reader "), "\(result.errors)")
            let lines: [Substring] = result.output.split(separator: "\n").dropLast()
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(result.output)")
        }
        let names = ["001-validation-of-phantoms", "002-test-of-phantoms", "003-test-of-phantoms"]
        #expect(try FileManager.default.contentsOfDirectory(atPath: run + "/evaluations").sorted() == names)
        let record = try record("run/evaluations/\(names[1])")
        #expect(record.model.file.hasSuffix("run/checkpoints/best.safetensors") && record.model.digest.count == 16)
        #expect(record.model.epoch != nil && record.model.step != nil && record.command.contains("evaluate"))
        #expect(record.data.reason == "the split of the labels" && record.data.isSynthetic)
        let plots = try folder.text("run/evaluations/\(names[1])/scatter.svg")
        #expect(plots.contains(">synthetic phantoms</text>"))
        let last = try Tool.run(
            "evaluate", run + "/checkpoints/last.safetensors", "--data", fixture.data, "--threads", "1")
        #expect(last.status == 0 && folder.contains("run/evaluations/004-test-of-phantoms/evaluation.json"))
    }
}
