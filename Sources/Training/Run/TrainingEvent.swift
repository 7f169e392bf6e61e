/// What a trainer tells whoever watches it: progress bars, logs, plots.
public enum TrainingEvent: Sendable {
    /// Something the user should know.
    case note(String)
    /// A step is done; `stepsPerEpoch` and the number of epochs tell how much is left.
    case step(StepRecord, stepsPerEpoch: Int, epochs: Int)
    /// So many images of the validation set are predicted.
    case validating(done: Int, of: Int)
    case validation(ValidationRecord, isBest: Bool)
    /// A checkpoint stands on disk.
    case checkpoint(path: String)
}

/// How a run ended.
public enum TrainingOutcome: Sendable, Equatable {
    case finished
    /// Stopped on request, with a checkpoint to go on from.
    case stopped
}
