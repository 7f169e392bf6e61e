import Foundation
import TesseraImaging
import TesseraOps
import TesseraTensors

/// What defines a run besides its model: the same both on the same data give the same bytes. Threads are no part of it.
public struct TrainingConfiguration: Sendable, Codable, Equatable {
    /// Where the images are; kept in the run's folder, not in checkpoints.
    public struct Data: Sendable, Codable, Equatable {
        public var folder: String
        public var labels: String?

        public init(folder: String, labels: String? = nil) {
            self.folder = folder
            self.labels = labels
        }
    }

    public var batchSize = 4
    public var epochs = 10
    public var learningRate = 0.001
    public var schedule = Schedule.constant
    public var options = TrainingGraph.Options()
    public var augmentation = Augmentation()
    /// Of initial parameters, sampler and augmentation, and of the split where the data has none.
    public var seed: UInt64 = 0
    /// A checkpoint after every so many steps, besides the one after each epoch; nil for none.
    public var checkpointInterval: Int?
    /// Keeps each of those under its own name, `step-N.safetensors`, besides `last.safetensors`.
    public var keepsCheckpoints = false
    public var data: Data?

    static let epochLimit = 1_000_000

    public init() {}

    /// Throws where a number is out of its range.
    public func validate() throws {
        func require(_ condition: Bool, _ name: String, _ found: Any, _ accepted: String) throws {
            if !condition { throw TesseraError(at: "configuration, \(name)", found: "\(found)", accepted: accepted) }
        }
        try require(batchSize > 0, "batchSize", batchSize, "at least 1")
        try require((1...Self.epochLimit).contains(epochs), "epochs", epochs, "1 to 1,000,000")
        try require(learningRate > 0 && learningRate.isFinite, "learningRate", learningRate, "a positive number")
        try require(checkpointInterval ?? 1 > 0, "checkpointInterval", checkpointInterval ?? 0, "at least 1")
        try schedule.validate()
        try options.loss.validate()
        try options.optimizer.validate()
        if let limit = options.clipNorm { try ClipFactor(limit: limit).checkAttributes() }
        try augmentation.validate()
    }

    /// As checkpoints hold it: without paths of this machine.
    var withoutData: TrainingConfiguration {
        var copy = self
        copy.data = nil
        return copy
    }
}
