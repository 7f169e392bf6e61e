import TesseraIR
import TesseraOps
import TesseraTensors

/// Everything a run is at one moment. As a file it is a `.safetensors`: parameters and statistics under their paths,
/// optimiser states under `optimizer.…`, large constants of the graph under `constant.DIGEST`, the rest as JSON and
/// text in the header. Nothing in it depends on time, host or number of threads.
public struct Checkpoint: Sendable {
    public var model: TrainedModel
    public var optimizerStates: ParameterStore
    public var progress: TrainingProgress
    public var configuration: TrainingConfiguration
    /// What can change bits besides graph and data: kernels, instruction set, options.
    public var programDigest: String
    /// Of the training data: resuming on other data is an error.
    public var dataDigest: String

    public init(
        model: TrainedModel, optimizerStates: ParameterStore, progress: TrainingProgress,
        configuration: TrainingConfiguration, programDigest: String, dataDigest: String
    ) {
        self.model = model
        self.optimizerStates = optimizerStates
        self.progress = progress
        self.configuration = configuration
        self.programDigest = programDigest
        self.dataDigest = dataDigest
    }

    /// Reads a checkpoint; throws where the file is malformed or its parts do not fit together.
    public init(path: String) throws {
        try self.init(Safetensors(path: path), name: path)
    }

    /// Writes the file whole or not at all. Throws where a number of it is not finite.
    public func write(to path: String) throws {
        for store in [model.parameters, optimizerStates] { try store.requireFinite(at: path) }
        try file.write(to: path)
    }
}
