import Foundation
import TesseraExecution
import TesseraImaging
import TesseraTensors
import TesseraTraining
import Testing

/// A run that version 0.1.0 wrote: a small network of an ONNX file with a new head, on twelve phantoms of 64 × 64.
@Suite struct OlderRunTests {
    private let folder: TemporaryFolder
    private let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Golden/Run0.1")

    init() throws { folder = try TemporaryFolder() }

    private var data: String { golden.appending(path: "phantoms").path }

    @Test func itsCheckpointsPredictWhatTheyDid() throws {
        let model = try Checkpoint(path: golden.appending(path: "checkpoints/last.safetensors").path).model
        #expect(model.preprocessing?.size == 64 && model.architecture == "tiny.onnx cut at global_pool")
        let predictor = try Predictor(model, execution: ExecutionOptions(threads: 1))
        let source = try ImageBatchSource(
            Dataset(folder: data), .validation, preprocessing: #require(model.preprocessing))
        let scores = try predictor.scores(for: source, batchSize: 2).predictions
        // What `tessera predict` of version 0.1.0 printed, in full.
        for (score, expected) in zip(scores, [40.89344711286671, 39.58036335920468]) {
            #expect(abs(score - expected) < 1e-4, "\(score)")
        }
        #expect(scores.count == 2)
    }

    @Test func itsCheckpointsAreExported() throws {
        let model = try Checkpoint(path: golden.appending(path: "checkpoints/best.safetensors").path).model
        let path = folder.path + "/model.onnx"
        try model.writeONNX(to: path)
        let exported = try Predictor(TrainedModel(onnx: path), execution: ExecutionOptions(threads: 1))
        let source = try ImageBatchSource(Dataset(folder: data), .test, preprocessing: #require(model.preprocessing))
        let expected = try Predictor(model, execution: ExecutionOptions(threads: 1)).scores(for: source, batchSize: 2)
        let found = try exported.scores(for: source, batchSize: 2)
        for (a, b) in zip(found.predictions, expected.predictions) { #expect(abs(a - b) < 1e-3) }
    }

    @Test func theRunGoesOnAndSaysThatBitsChange() throws {
        let run = RunFolder(folder.path + "/run")
        try FileManager.default.createDirectory(atPath: run.path, withIntermediateDirectories: true)
        for name in ["config.json", "metrics.jsonl", "checkpoints"] {
            try FileManager.default.copyItem(atPath: golden.appending(path: name).path, toPath: run.path + "/" + name)
        }
        let configuration = try run.readConfiguration()
        let preprocessing = try #require(try Checkpoint(path: run.lastCheckpoint).model.preprocessing)
        let dataset = try Dataset(folder: data, seed: configuration.seed)
        let trainer = try Trainer(
            resuming: run, epochs: 4,
            training: ImageBatchSource(
                dataset, .train, preprocessing: preprocessing, augmentation: configuration.augmentation,
                seed: configuration.seed),
            validation: ImageBatchSource(dataset, .validation, preprocessing: preprocessing),
            execution: ExecutionOptions(threads: 1))
        #expect(trainer.notes.contains { $0.contains("results will differ in the last bits") }, "\(trainer.notes)")
        #expect(try trainer.run() == .finished)
        #expect(try MetricsLog(path: run.metrics).read().count == 4 * 3)
        #expect(try Checkpoint(path: run.lastCheckpoint).progress.step == 8)
    }
}
