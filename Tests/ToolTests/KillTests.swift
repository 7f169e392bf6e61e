import Foundation
import Testing

/// Training that is stopped in any way and resumed ends with the same bytes as training that never stopped.
@Suite(.serialized) struct KillTests {
    private let fixture: Fixture
    private let folder = TemporaryFolder()

    init() throws { fixture = try Fixture.shared.get() }

    private static let epochs = 4

    private func arguments(_ run: String, threads: Int) -> [String] {
        if folder.contains("\(run)/config.json") {
            return ["train", "--resume", folder.path(run), "--threads", "\(threads)"]
        }
        return [
            "train", "--data", fixture.data, "--out", folder.path(run), "--size", "32", "--batch-size", "2", "--epochs",
            "\(Self.epochs)", "--checkpoint-interval", "1",
            "--threads", "\(threads)",
        ]
    }

    private func files(_ run: String) throws -> [String: Data] {
        let names = folder.contents.filter {
            $0.hasPrefix(run + "/") && ($0 as NSString).pathExtension != "" && !$0.hasSuffix("/log.txt")
        }
        return Dictionary(
            uniqueKeysWithValues: try names.map { (String($0.dropFirst(run.count + 1)), try folder.data($0)) })
    }

    private func size(_ file: String) -> Int {
        ((try? FileManager.default.attributesOfItem(atPath: folder.path(file)))?[.size] as? Int) ?? 0
    }

    private func expectTheBytesOfAWholeRun(_ run: String) throws {
        let whole = try Tool.run(arguments("whole", threads: 1))
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try files("whole"), found = try files(run)
        #expect(Set(found.keys) == Set(expected.keys))
        for (name, data) in expected { #expect(found[name] == data, "\(name)") }
    }

    /// The moments at which a process is killed, each by what shows in its folder.
    private enum Moment: CaseIterable {
        case beforeTheRunExists, whileACheckpointIsWritten, afterASteps, whileAnotherIsWritten, betweenTwoSteps
    }

    private func hasCome(_ moment: Moment, _ run: String, _ begin: Int) -> Bool {
        switch moment {
        case .beforeTheRunExists: folder.contains("\(run)/checkpoints")
        case .whileACheckpointIsWritten, .whileAnotherIsWritten:
            size("\(run)/metrics.jsonl") > begin
                && folder.contents.contains { $0.hasSuffix(".partial") && $0.contains("last") && size($0) > 0 }
        case .afterASteps: size("\(run)/metrics.jsonl") > begin + 100
        case .betweenTwoSteps: size("\(run)/metrics.jsonl") > begin
        }
    }

    @Test func killedAtManyMoments() throws {
        var killed = 0
        for (number, moment) in Moment.allCases.enumerated() {
            let begin = size("killed/metrics.jsonl")
            let running = try Tool.start(arguments("killed", threads: 1 + number % 2))
            while running.process.isRunning, !hasCome(moment, "killed", begin) { usleep(200) }
            if moment == .betweenTwoSteps { usleep(7_000) }
            running.send(SIGKILL)
            if try running.wait().status == -SIGKILL { killed += 1 }
        }
        #expect(killed >= 3, "the runs ended before they could be killed")
        let last = try Tool.run(arguments("killed", threads: 2))
        #expect(last.status == 0, "\(last.errors)")
        try expectTheBytesOfAWholeRun("killed")
    }

    @Test func interruptedInGoodOrder() throws {
        let running = try Tool.start(arguments("interrupted", threads: 1))
        while running.process.isRunning, size("interrupted/metrics.jsonl") == 0 { usleep(1000) }
        running.send(SIGINT)
        let result = try running.wait()
        #expect(result.status == 130, "\(result.errors)")
        #expect(result.output.contains("tessera train --resume"))
        #expect(try Tool.run(arguments("interrupted", threads: 1)).status == 0)
        try expectTheBytesOfAWholeRun("interrupted")
    }
}
