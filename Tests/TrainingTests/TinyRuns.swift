import Foundation
import TesseraExecution
import TesseraTensors
import TesseraTraining
import Testing

/// What tests of whole runs share: a model of a moment on images of 6 × 6, three steps an epoch.
protocol TinyRuns {}

extension TinyRuns {
    /// Images whose mean grows with the score.
    func source(_ count: Int, seed: UInt64, shuffled: Bool) -> MemoryBatchSource {
        let scores = (0..<count).map { Double($0 % 7) * 10 }
        let images = scores.enumerated().map { index, score in
            let noise = randomTensor([1, 6, 6], seed: seed + UInt64(index)).doubles()
            return Tensor(noise.map { Float($0 * 0.1 + score / 30) }, shape: [1, 6, 6])
        }
        return MemoryBatchSource(images: images, scores: scores, shuffleSeed: shuffled ? seed : nil)
    }

    var training: MemoryBatchSource { source(14, seed: 100, shuffled: true) }
    var validation: MemoryBatchSource { source(6, seed: 900, shuffled: false) }

    func configuration(epochs: Int = 3) -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        (configuration.epochs, configuration.learningRate, configuration.checkpointInterval) = (epochs, 0.02, 2)
        configuration.schedule = .cosine(warmUp: 2, total: 9)
        return configuration
    }

    func start(
        _ path: String, epochs: Int = 3, threads: Int = 2, configuration: TrainingConfiguration? = nil,
        validates: Bool = true
    ) throws -> Trainer {
        let model = try tinyModel()
        let trained = TrainedModel(
            graph: model.graph, parameters: model.initialParameters(seed: 5), architecture: "tiny")
        return try Trainer(
            starting: trained, configuration: configuration ?? self.configuration(epochs: epochs), training: training,
            validation: validates ? validation : nil, folder: RunFolder(path),
            execution: ExecutionOptions(threads: threads)
        )
    }

    func resume(
        _ path: String, epochs: Int? = nil, restartsSchedule: Bool = false, threads: Int = 1
    ) throws -> Trainer {
        try Trainer(
            resuming: RunFolder(path), epochs: epochs, restartsSchedule: restartsSchedule, training: training,
            validation: validation, execution: ExecutionOptions(threads: threads))
    }

    func files(_ path: String) throws -> [String: Data] {
        var result: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
            if !isFolder.boolValue { result[name] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")) }
        }
        return result
    }
}
