import Foundation
import TesseraExecution
import TesseraTensors
import TesseraTraining
import Testing

/// Runs whose files were damaged or lost go on with what is there, or say why not.
@Suite struct RecoveryTests: TinyRuns {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    /// A run of 3 epochs stopped after its fifth step.
    private func stopped(_ name: String, epochs: Int = 3, validates: Bool = true) throws -> RunFolder {
        let trainer = try start(path(name), epochs: epochs, validates: validates)
        #expect(try trainer.run { trainer.progress.step == 5 } == .stopped)
        return trainer.folder
    }

    @Test func aDamagedLineOfMetricsLosesNoOther() throws {
        let run = try stopped("run")
        var lines = try String(contentsOfFile: run.metrics, encoding: .utf8).split(separator: "\n").map(String.init)
        lines[1] = String(lines[1].prefix(30))
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: run.metrics)
        do {
            let trainer = try resume(path("run"))
            #expect(trainer.notes.contains { $0.contains("metrics.jsonl, line 2") }, "\(trainer.notes)")
            try trainer.run()
        }
        let after = try String(contentsOfFile: run.metrics, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(after.count == 12 && Array(after.prefix(lines.count)) == lines)
        #expect(try MetricsLog(path: run.metrics).readIntact().count == 11)
        try run.drawPlots()
        let error = #expect(throws: TesseraError.self) { try MetricsLog(path: run.metrics).read() }
        #expect(error?.location.hasSuffix("line 2") == true)
    }

    @Test func aMissingBestCheckpointIsSaidAndTheNextBestTakesItsPlace() throws {
        let run = try stopped("run")
        #expect(unlink(run.bestCheckpoint) == 0)
        do {
            let trainer = try resume(path("run"))
            #expect(trainer.notes.contains { $0.contains("best.safetensors is missing") })
            try trainer.run()
        }
        #expect(try Checkpoint(path: run.bestCheckpoint).progress.bestStep ?? 0 > 3)

        // With more epochs, the first time and the second.
        #expect(unlink(run.bestCheckpoint) == 0)
        do {
            let longer = try resume(path("run"), epochs: 4, restartsSchedule: true)
            #expect(longer.notes.contains { $0.contains("best.safetensors is missing") })
        }
        try resume(path("run")).run()
        #expect(try Checkpoint(path: run.bestCheckpoint).progress.bestStep == 12)
    }

    @Test func aDamagedBestCheckpointIsAnErrorBeforeAnythingIsWritten() throws {
        let run = try stopped("run"), before = try files(path("run"))
        try AtomicFile.write("half", to: run.bestCheckpoint)
        let error = #expect(throws: TesseraError.self) { try resume(path("run"), epochs: 2) }
        #expect(error?.location.contains("best.safetensors") == true && error!.accepted.contains("without the file"))
        #expect(
            try files(path("run")).filter { !$0.key.contains("best") } == before.filter { !$0.key.contains("best") })
    }

    @Test func plotsAreDrawnWhereTheirFolderIsGone() throws {
        let run = try stopped("run")
        try FileManager.default.removeItem(atPath: run.plots)
        try run.drawPlots()
        #expect(FileManager.default.fileExists(atPath: run.plots + "/loss.svg"))
    }

    @Test func noFolderStaysWhereOneOfARunCannotBeMade() throws {
        try FileManager.default.createDirectory(atPath: path("run"), withIntermediateDirectories: true)
        try AtomicFile.write("a file", to: path("run/plots"))
        #expect(throws: TesseraError.self) { try start(path("run")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("run")) == ["plots"])
    }

    @Test(arguments: [
        #"{"batch":2,"epoch":1,"lossSum":1,"step":9223372036854775807}"#,
        #"{"batch":2,"epoch":9223372036854775807,"lossSum":1,"step":5}"#,
        #"{"batch":9223372036854775807,"epoch":1,"lossSum":1,"step":5}"#,
        #"{"batch":2,"epoch":1,"lossSum":1,"step":-5}"#, #"{"batch":2,"epoch":-1,"lossSum":1,"step":5}"#,
        #"{"batch":-1,"epoch":2,"lossSum":1,"step":5}"#, #"{"batch":2,"epoch":1,"lossSum":1,"step":6}"#,
        #"{"batch":5,"epoch":0,"lossSum":1,"step":5}"#, #"{"batch":2,"bestError":-1,"epoch":1,"lossSum":1,"step":5}"#,
        #"{"batch":2,"bestError":1,"bestStep":9223372036854775807,"epoch":1,"lossSum":1,"step":5}"#,
    ])
    func progressOutOfItsRangeIsRefused(_ progress: String) throws {
        let run = try stopped("run")
        var file = try Safetensors(path: run.lastCheckpoint)
        file.metadata["progress"] = progress
        try file.write(to: run.lastCheckpoint)
        let error = #expect(throws: TesseraError.self) { try resume(path("run")) }
        #expect(error?.location.contains("progress") == true, "\(error!)")
    }

    // MARK: Cosine

    @Test func aCosineThatWouldEndBeforeTheEpochsIsRefused() throws {
        let run = try stopped("run"), before = try files(path("run"))
        let error = #expect(throws: TesseraError.self) { try resume(path("run"), epochs: 4) }
        #expect(error?.accepted.contains("--restart-schedule") == true && error!.accepted.contains("at most 3 epochs"))
        #expect(try files(path("run")) == before)
        #expect(run.holdsRun)
    }

    @Test func aCosineBegunAnewEndsWithTheEpochsAndResumesToTheSameBytes() throws {
        for name in ["whole", "killed"] { try start(path(name), epochs: 3).run() }
        try resume(path("whole"), epochs: 5, restartsSchedule: true).run()
        // As a kill after the checkpoint was written and before the configuration was leaves it.
        let configuration = try files(path("killed"))["config.json"]!
        do {
            let first = try resume(path("killed"), epochs: 5, restartsSchedule: true)
            try configuration.write(to: URL(fileURLWithPath: first.folder.configuration))
            try first.run { first.progress.step == 11 }
        }
        try resume(path("killed")).run()
        #expect(try files(path("killed")) == files(path("whole")))
        let rates = try MetricsLog(path: path("whole") + "/metrics.jsonl").read().compactMap { line in
            if case .step(let record) = line { record.learningRate } else { nil }
        }
        // Warm-up of 2, then down: six steps from 9 to 15, none at 0.
        #expect(rates.count == 15 && rates[9] == 0.01 && rates[10] == 0.02 && rates[11] == 0.02)
        #expect(rates[12...].allSatisfy { $0 > 0 } && rates[14] < rates[13] && rates[14] < 0.01)
    }

    @Test func otherSchedulesHaveNothingToBeginAnew() throws {
        var configuration = configuration()
        configuration.schedule = .constant
        try start(path("run"), configuration: configuration).run()
        let error = #expect(throws: TesseraError.self) { try resume(path("run"), epochs: 4, restartsSchedule: true) }
        #expect(error?.found.contains("constant") == true)
        try resume(path("run"), epochs: 4).run()
    }

    // MARK: What is found before an image is read

    @Test func aPatternThatFitsNothingNamesTheNearest() throws {
        let error = #expect(throws: TesseraError.self) {
            try TrainingGraph(
                model: tinyModel().graph, inputShape: [4, 1, 6, 6], options: .init(frozen: ["norms2.*"]))
        }
        #expect(error?.accepted.contains("norm2.*") == true, "\(error!)")
    }

    @Test func aPlanNamesWhatDoesNotFit() throws {
        func plan(_ scores: [Double], _ change: (inout TrainingConfiguration) -> Void = { _ in }) throws {
            var configuration = configuration()
            change(&configuration)
            _ = try TrainingPlan(
                model: tinyModel().graph, configuration: configuration, scores: scores, imageShape: [1, 6, 6])
        }
        try plan([1, 2, 3, 4])
        #expect(throws: TesseraError.self) { try plan([1, 2, 3]) }
        #expect(throws: TesseraError.self) { try plan([2, 2, 2, 2]) }
        #expect(throws: TesseraError.self) { try plan([0, 1, 0, 2]) { $0.options.loss = .binaryCrossEntropy } }
        #expect(throws: TesseraError.self) { try plan([1, 2, 3, 4]) { $0.learningRate = -1 } }
    }
}
