import Foundation
import Testing

/// What is wrong ends in one sentence that says where, in an exit code, and in nothing written.
@Suite struct BadInputTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    /// Runs a command that must fail with `status` and one line that contains `words`.
    private func expectFailure(
        _ arguments: [String], status: Int32, _ words: String..., output: String? = nil,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let before = folder.contents
        let result = try Tool.run(arguments, output: output)
        #expect(result.status == status, "\(arguments): \(result.errors)", sourceLocation: place)
        #expect(result.output.isEmpty, sourceLocation: place)
        #expect(
            result.failures.count == 1 && result.errors.hasSuffix("\(result.failures.first ?? "")\n"),
            "\(result.errors)", sourceLocation: place)
        for word in words {
            #expect(
                result.failures.first?.contains(word) == true, "'\(word)' in \(result.errors)", sourceLocation: place)
        }
        #expect(folder.contents == before, sourceLocation: place)
    }

    private func train(_ more: String...) -> [String] { ["train", "--out", folder.path("run")] + Fixture.small + more }

    @Test func labels() throws {
        try folder.write("file,score\nabsent.png,3\n", to: "labels.csv")
        try expectFailure(
            train("--data", folder.path, "--batch-size", "1"), status: 1, "labels.csv, line 2", "absent.png")
        try folder.write("file,score\nphantom-00000.png,3\nphantom-00001.png,many\n", to: "labels.csv")
        try expectFailure(
            train("--data", fixture.data, "--labels", folder.path("labels.csv"), "--batch-size", "1"), status: 1,
            "labels.csv, line 3, column 'score'", "'many'")
        try expectFailure(train("--data", folder.path("nowhere")), status: 2, "nowhere/labels.csv")
    }

    @Test func images() throws {
        let whole = try fixture.folder.data("phantoms/phantom-00000.png")
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path("cut.png")))
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder.path("text.png")))
        try whole.write(to: URL(fileURLWithPath: folder.path("whole.png")))
        try folder.write("file,score,split\ncut.png,3,train\nwhole.png,4,train\n", to: "labels.csv")
        try expectFailure(train("--data", folder.path, "--batch-size", "2"), status: 1, "cut.png", "cannot be read")
        try expectFailure(["predict", fixture.run, folder.path("text.png")], status: 1, "text.png", "no PNG")
        try expectFailure(["predict", fixture.run, folder.path("absent.png")], status: 2, "absent.png", "no such file")
        try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: true)
        try expectFailure(["predict", fixture.run, folder.path("empty")], status: 1, "without PNG files")
    }

    @Test func models() throws {
        try folder.write("no model", to: "model.safetensors")
        try expectFailure(["predict", folder.path("model.safetensors"), fixture.data], status: 1, "model.safetensors")
        try expectFailure(["evaluate", folder.path, "--data", fixture.data], status: 1, "without checkpoints")
        try expectFailure(["inspect", "absent.safetensors"], status: 2, "no such file")
        try expectFailure(["inspect", "resnet-dwise51"], status: 1, "resnet-dwise50")
        try expectFailure(
            train("--data", fixture.data, "--init", folder.path("model.safetensors")), status: 1, "model.safetensors")
        try expectFailure(train("--data", fixture.data, "--model", "nothing"), status: 1, "\"nothing\"")
    }

    @Test func places() throws {
        try folder.write("", to: "file")
        try expectFailure(
            ["train", "--data", fixture.data, "--out", folder.path("file/run")] + Fixture.small, status: 2, "file/run")
        try expectFailure(
            ["evaluate", fixture.run, "--data", fixture.data, "--out", folder.path("file/out")], status: 2, "file/out")
        try expectFailure(
            ["evaluate", fixture.run, "--data", fixture.data, "--out", fixture.data], status: 1, "a folder with files")
        try expectFailure(
            ["phantom", "--count", "3", "--size", "32", "--out", folder.path("file/out")], status: 2, "file/out")
        try expectFailure(["train", "--data", fixture.data, "--out", fixture.run], status: 1, "a run")
        try expectFailure(
            ["train", "--data", fixture.data, "--out", folder.path("a/b/run"), "--batch-size", "99"] + Fixture.small,
            status: 1, "8 images")
        try expectFailure(
            ["run", folder.path("absent.onnx"), "--input-dir", folder.path, "--output-dir", folder.path("new/out")],
            status: 2, "absent.onnx")
        try expectFailure(["models"], status: 2, "standard output", "No space left", output: "/dev/full")
        try expectFailure(["train", "--resume", folder.path], status: 2, "config.json is missing")
    }

    @Test func options() throws {
        try expectFailure(["train", "--data", fixture.data], status: 64, "--out is missing", "tessera train --help")
        try expectFailure(["train", "--resume", fixture.run, "--norm", "frozen"], status: 64, "--norm", "--resume")
        try expectFailure(["train", "--resume", fixture.run, "--batch-size", "2"], status: 64, "--batch-size")
        try expectFailure(["train", "--resume", fixture.run, "--no-flip"], status: 64, "--no-flip")
        try expectFailure(train("--data", fixture.data, "--cut", "x"), status: 64, "--cut needs --backbone")
        try expectFailure(
            train("--data", fixture.data, "--backbone", fixture.run, "--head", "round:2"), status: 1, "round:2")
        try expectFailure(train("--data", fixture.data, "--batch-size", "9"), status: 1, "8 images")
        try expectFailure(train("--data", fixture.data, "--schedule", "round"), status: 1, "round")
        try expectFailure(train("--data", fixture.data, "--clip-norm", "inf"), status: 1, "clipFactor", "inf")
        try expectFailure(train("--data", fixture.data, "--weight-decay", "1e400"), status: 1, "weightDecay")
        try expectFailure(train("--data", fixture.data, "--channels", "100000000"), status: 1, "channels", "1...64")
        try expectFailure(train("--data", fixture.data, "--keep-checkpoints"), status: 64, "--checkpoint-interval")
        try expectFailure(
            train("--data", fixture.data, "--freeze", "block.0.*"), status: 1, "'block.0.*'", "fits no parameter")
        try expectFailure(["train", "--resume", fixture.run, "--epochs", "1"], status: 1, "at least 2")
        try expectFailure(["phantom", "--count", "\(Int.max)", "--out", folder.path("set")], status: 1, "--count")
        try expectFailure(
            ["phantom", "--count", "9", "--validation", "\(Int.max)", "--test", "1", "--out", folder.path("set")],
            status: 1, "--validation")
        try expectFailure(["benchmark", "resnet-dwise50", "--channels", "100000000"], status: 1, "channels")
        try expectFailure(["models", "--size", "0"], status: 1, "0 × 0")
        try expectFailure(["nothing"], status: 64, "nothing")
        try expectFailure(
            ["inspect", "resnet-dwise50", "--size", "32", "--pass", "nothing"], status: 1, "fuseNormRelu")
    }
}
