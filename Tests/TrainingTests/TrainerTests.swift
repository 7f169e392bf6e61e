import Foundation
import TesseraExecution
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct TrainerTests: TinyRuns {
    @Test func aRunLeavesItsFiles() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        let trainer = try start(path)
        #expect(try trainer.run() == .finished)
        #expect(
            try Set(files(path).keys) == [
                "config.json", "metrics.jsonl", "checkpoints/last.safetensors", "checkpoints/best.safetensors",
            ])
        let lines = try MetricsLog(path: trainer.folder.metrics).read()
        #expect(lines.count == 3 * (3 + 1))
        guard case .step(let first) = lines[0], case .validation(let last) = lines[11] else {
            Issue.record("the log does not begin with a step and end with a validation")
            return
        }
        #expect(first.step == 1 && first.epoch == 0 && first.learningRate == 0.01)
        #expect(last.step == 9 && last.epoch == 2 && last.pearson != nil)
        let checkpoint = try Checkpoint(path: trainer.folder.lastCheckpoint)
        #expect(checkpoint.progress.step == 9 && checkpoint.progress.epoch == 3 && checkpoint.progress.batch == 0)
        #expect(checkpoint.model.scoreScale == (try ScoreScale(of: training.scores)))
    }

    @Test func itLearns() throws {
        let folder = try TemporaryFolder()
        var errors: [Double] = []
        let trainer = try start(
            folder.path + "/run", epochs: 40,
            configuration: {
                var configuration = configuration(epochs: 40)
                (configuration.learningRate, configuration.schedule) = (0.05, .constant)
                return configuration
            }())
        trainer.observer = { if case .validation(let record, _) = $0 { errors.append(record.meanAbsoluteError!) } }
        try trainer.run()
        // Predicting the mean is wrong by 17 on average.
        #expect(errors.last! < 6)
        #expect(try Checkpoint(path: trainer.folder.bestCheckpoint).progress.bestError == errors.min())
    }

    @Test func stoppedAfterAnyStepAndResumedItWritesTheSameBytes() throws {
        let folder = try TemporaryFolder()
        var configuration = configuration()
        configuration.keepsCheckpoints = true
        try start(folder.path + "/whole", configuration: configuration).run()
        let whole = try files(folder.path + "/whole")
        for stop in 1...14 {
            let path = folder.path + "/stopped\(stop)"
            var questions = 0
            let outcome = try start(path, threads: 1 + stop % 3, configuration: configuration).run {
                questions += 1
                return questions == stop
            }
            #expect(outcome == .stopped)
            #expect(try resume(path, threads: 1 + (stop + 1) % 3).run() == .finished)
            #expect(try files(path) == whole, "stopped at question \(stop)")
        }
    }

    @Test func linesBeyondTheCheckpointAreWrittenAnew() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        try start(folder.path + "/whole").run()
        let whole = try files(folder.path + "/whole")
        // As a kill -9 leaves it: a checkpoint of step 2 and a log of four steps and a half, and a temporary file.
        var questions = 0
        try start(path).run {
            questions += 1; return questions == 2
        }
        let log = String(decoding: whole["metrics.jsonl"]!, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        try AtomicFile.write(log[..<5].joined(separator: "\n") + "\n" + log[5].prefix(20), to: path + "/metrics.jsonl")
        try AtomicFile.write("half", to: path + "/checkpoints/last.safetensors.123.partial")
        try resume(path).run()
        #expect(try files(path) == whole)
    }

    @Test func aFinishedRunCanBeMadeLonger() throws {
        let folder = try TemporaryFolder()
        try start(folder.path + "/long", epochs: 3).run()
        try start(folder.path + "/short", epochs: 2).run()
        #expect(try resume(folder.path + "/short").run() == .finished)
        try resume(folder.path + "/short", epochs: 3).run()
        #expect(try files(folder.path + "/short") == files(folder.path + "/long"))
        #expect(throws: TesseraError.self) { try resume(folder.path + "/short", epochs: 2) }
    }

    @Test func intervalCheckpointsAreKeptWhereWanted() throws {
        let folder = try TemporaryFolder()
        var configuration = configuration(epochs: 1)
        configuration.keepsCheckpoints = true
        try start(folder.path + "/run", configuration: configuration).run()
        #expect(try Checkpoint(path: RunFolder(folder.path + "/run").checkpoint(step: 2)).progress.step == 2)
    }

    @Test func thePredictorGivesScores() throws {
        let folder = try TemporaryFolder()
        let trainer = try start(folder.path + "/run")
        var last: ValidationRecord?
        trainer.observer = { if case .validation(let record, _) = $0 { last = record } }
        try trainer.run()
        let model = try Checkpoint(path: trainer.folder.lastCheckpoint).model
        let predictor = try Predictor(model, execution: ExecutionOptions(threads: 1))
        let whole = try predictor.scores(for: validation, batchSize: 6),
            parts = try predictor.scores(for: validation, batchSize: 4)
        #expect(whole.predictions == parts.predictions)
        #expect(
            RegressionMetrics(predictions: whole.predictions, scores: whole.scores).meanAbsoluteError
                == last?.meanAbsoluteError)
        #expect(throws: TesseraError.self) { try predictor.scores(for: Tensor(zeros: .float32, shape: [1, 3, 6, 6])) }
    }

    @Test func mistakesAreErrors() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        #expect(throws: TesseraError.self) { try resume(path) }
        try start(path, epochs: 1).run()
        #expect(throws: TesseraError.self) { try start(path) }
        let other = source(15, seed: 1, shuffled: true)
        #expect(throws: TesseraError.self) {
            try Trainer(
                resuming: RunFolder(path), training: other, validation: validation,
                execution: ExecutionOptions(threads: 1))
        }
        var configuration = configuration()
        configuration.batchSize = 15
        #expect(throws: TesseraError.self) { try start(folder.path + "/large", configuration: configuration) }
        configuration.batchSize = 4
        configuration.options.loss = .binaryCrossEntropy
        #expect(throws: TesseraError.self) { try start(folder.path + "/bce", configuration: configuration) }
    }

    @Test func aLossThatIsNoNumberStopsTheRun() throws {
        let folder = try TemporaryFolder()
        var configuration = configuration()
        (configuration.learningRate, configuration.schedule, configuration.options.loss) = (1e30, .constant, .l2)
        let trainer = try start(folder.path + "/run", configuration: configuration)
        let error = #expect(throws: TesseraError.self) { try trainer.run() }
        #expect(error?.accepted.contains("smaller learning rate") == true)
        #expect(try Checkpoint(path: trainer.folder.lastCheckpoint).progress.step <= 2)
    }

    @Test func oneProcessAtATime() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        let first = try start(path)
        #expect(throws: TesseraError.self) { try resume(path) }
        try first.run()
    }
}

@Suite struct RegressionMetricsTests {
    @Test func smallNumbersByHand() {
        let metrics = RegressionMetrics(predictions: [1, 2, 6], scores: [1, 4, 5])
        #expect(metrics.meanAbsoluteError == 1)
        #expect(abs(metrics.rootMeanSquareError - (5.0 / 3).squareRoot()) < 1e-12)
        #expect(abs(metrics.pearson! - 9.0 / (14 * 26.0 / 3).squareRoot()) < 1e-12)
        #expect(RegressionMetrics(predictions: [3, 3], scores: [1, 2]).pearson == nil)
    }
}
