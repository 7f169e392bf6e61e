import Foundation
import Testing

/// What `tessera train` says, and what it finds before it reads an image.
@Suite struct TrainTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    /// A copy of the fixture's labels beside which no image can be read.
    private func trainWithoutImages(_ more: String...) throws -> Tool.Result {
        let data = folder.path("unread")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let labels = try fixture.folder.text("phantoms/labels.csv")
        try folder.write(labels, to: "unread/labels.csv")
        for line in labels.split(separator: "\n").dropFirst() {
            try folder.write("no picture", to: "unread/" + line.split(separator: ",")[0])
        }
        return try Tool.run(["train", "--data", data, "--out", folder.path("run")] + Fixture.small + more)
    }

    @Test func whatDoesNotFitTheModelIsFoundBeforeImagesAreRead() throws {
        let pattern = try trainWithoutImages("--batch-size", "4", "--freeze", "block.0.*")
        #expect(pattern.status == 1 && pattern.failures.first?.contains("blocks.0.*") == true, "\(pattern.errors)")
        let rate = try trainWithoutImages("--learning-rate", "-1")
        #expect(rate.status == 1 && rate.failures.first?.contains("a positive number") == true, "\(rate.errors)")
        #expect(!folder.contains("run"))
    }

    @Test func theSmallestSizeIsSaid() throws {
        let small = try Tool.run("train", "--data", fixture.data, "--out", folder.path("run"), "--size", "16")
        #expect(small.status == 1 && small.failures.first?.contains("at least 17 × 17") == true, "\(small.errors)")
    }

    @Test func theLogHoldsWhatWasSaid() throws {
        let log = try fixture.folder.text("run/log.txt").split(separator: "\n")
        #expect(log[0].contains("tessera train --data") && log[0].hasPrefix("20"))
        #expect(log.contains { $0.hasSuffix("8 images for training, 2 for validation; scores 2 to 169, mean 49") })
        #expect(log.contains { $0.contains("epoch 2: loss ") } && log.last?.contains("finished after 8 steps") == true)
    }

    @Test func aCosineIsMadeLongerOnRequestOnly() throws {
        let run = folder.path("run")
        let arguments = ["train", "--data", fixture.data, "--out", run, "--schedule", "cosine", "--batch-size", "4"]
        let trained = try Tool.run(arguments + ["--epochs", "1"] + Fixture.small)
        #expect(trained.status == 0, "\(trained.errors)")
        let refused = try Tool.run("train", "--resume", run, "--epochs", "2", "--threads", "1")
        #expect(refused.status == 1 && refused.errors.contains("--restart-schedule"), "\(refused.errors)")
        let longer = try Tool.run("train", "--resume", run, "--epochs", "2", "--restart-schedule", "--threads", "1")
        #expect(longer.status == 0, "\(longer.errors)")
        let rates = try folder.text("run/metrics.jsonl").split(separator: "\n").filter { $0.contains("learningRate") }
        #expect(rates.count == 4 && rates.allSatisfy { !$0.contains("\"learningRate\":0,") }, "\(rates)")
    }
}
