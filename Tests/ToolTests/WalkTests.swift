import Foundation
import Testing

/// A first walk through the commands on files on disk.
@Suite struct WalkTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture.shared.get() }

    private struct Score: Decodable { let file: String, score: Double }

    private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    @Test func trainingLeavesARun() throws {
        let files = fixture.folder.contents.filter {
            $0.hasPrefix("run/") && $0.contains(".") && !$0.contains("evaluation")
        }
        #expect(
            files == [
                "run/checkpoints/best.safetensors", "run/checkpoints/last.safetensors", "run/config.json",
                "run/log.txt", "run/metrics.jsonl", "run/plots/loss.svg", "run/plots/validation.svg",
            ])
        #expect(try fixture.folder.text("run/metrics.jsonl").split(separator: "\n").count == 2 * (4 + 1))
    }

    @Test func evaluationAndPredictionAgree() throws {
        let out = TemporaryFolder()
        let evaluated = try Tool.run(
            "evaluate", fixture.run, "--data", fixture.data, "--out", out.path, "--json", "--threads", "1")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let report = try #require(json(evaluated.output) as? [String: Any])
        #expect(report["images"] as? Int == 2 && (report["comparisons"] as? [[String: Any]])?.count == 6)
        #expect(
            out.contents == [
                "bland-altman.svg", "evaluation.json", "histogram.svg", "metrics.json", "predictions.csv",
                "scatter.svg", "scores.svg",
            ])
        #expect(try out.text("metrics.json") == evaluated.output)
        let table = try out.text("predictions.csv").split(separator: "\n")
        #expect(table[0] == "file,score,reader1,reader2,prediction" && table.count == 3)

        let names = table.dropFirst().map { String($0.split(separator: ",")[0]) }
        let predicted = try Tool.run(
            ["predict", fixture.run] + names.map { "\(fixture.data)/\($0)" } + [
                "--json", "--batch-size", "1", "--threads", "2",
            ])
        let scores = try JSONDecoder().decode([Score].self, from: Data(predicted.output.utf8))
        #expect(scores.map { "\($0.score)" } == table.dropFirst().map { String($0.split(separator: ",")[4]) })

        let whole = try Tool.run(
            "predict", fixture.run + "/checkpoints/best.safetensors", fixture.data, "--threads", "1")
        #expect(whole.output.split(separator: "\n").count == 1 + 12)
    }

    @Test func aRunGoesOnAndIsABeginning() throws {
        let folder = TemporaryFolder(), long = folder.path("long")
        try FileManager.default.copyItem(atPath: fixture.run, toPath: long)
        let resumed = try Tool.run("train", "--resume", long, "--epochs", "3", "--threads", "1", "--json")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect((try json(resumed.output) as? [String: Any])?["steps"] as? Int == 12)
        let transferred = try Tool.run(
            [
                "train", "--data", fixture.data, "--init", long, "--out", folder.path("next"), "--epochs", "1",
                "--batch-size", "2", "--freeze", "blocks.*",
            ] + Fixture.small
        )
        #expect(transferred.status == 0, "\(transferred.errors)")
        #expect(transferred.errors.contains("250 tensors taken, 0 left, 0 new"))
        #expect(transferred.errors.contains("frozen-statistics, the default for pretrained weights at batch 2"))
        let headed = try Tool.run(
            [
                "train", "--data", fixture.data, "--backbone", long, "--out", folder.path("head"), "--epochs", "1",
                "--batch-size", "4", "--norm", "train",
            ] + Fixture.small
        )
        #expect(headed.status == 0, "\(headed.errors)")
    }

    @Test func modelsAreListed() throws {
        let text = try Tool.run("models"), data = try Tool.run("models", "--json", "--channels", "3")
        #expect(text.output.contains("resnet-dwise50") && text.status == 0)
        let entries = try #require(json(data.output) as? [[String: Any]])
        #expect(entries.first { $0["name"] as? String == "resnet-dwise50" }?["parameters"] as? Int == 1_887_241)
    }

    @Test func modelsAreInspected() throws {
        let plan = try Tool.run("inspect", "resnet-dwise50", "--size", "32", "--stage", "plan")
        #expect(plan.output.hasPrefix("memory plan, ") && plan.status == 0)
        let step = try Tool.run("inspect", fixture.run, "--training", "--pass", "fuseNormRelu")
        #expect(step.output.hasPrefix("pass 3 fuseNormRelu: ") && step.output.contains("normReluGradient"))
        let summary = try Tool.run("inspect", fixture.run, "--json", "--batch", "2", "--size", "64")
        #expect((try json(summary.output) as? [String: Any])?["stepsWithoutKernel"] as? Int == 0)
    }

    @Test(arguments: ["train", "evaluate", "predict", "inspect", "models", "phantom"])
    func everyCommandHasHelpWithAnExample(_ command: String) throws {
        let help = try Tool.run(command, "--help")
        #expect(help.status == 0 && help.output.contains("tessera \(command) ") && help.output.contains("Example"))
    }
}
