import Foundation
import TesseraExecution
import TesseraTensors

extension Trainer {
    /// Goes on with a run from its last checkpoint. `epochs` replaces the number of epochs where more are wanted;
    /// `restartsSchedule` begins a cosine anew here, to end with the last epoch. Throws where the data is not the
    /// run's, or a cosine would end before the epochs do.
    public convenience init(
        resuming folder: RunFolder, epochs: Int? = nil, restartsSchedule: Bool = false, training: any BatchSource,
        validation: (any BatchSource)?, execution: ExecutionOptions
    ) throws {
        let written = try folder.readConfiguration()
        var checkpoint = try Checkpoint(path: folder.lastCheckpoint)
        var configuration = checkpoint.configuration
        configuration.data = written.data
        guard configuration.continues(written) else {
            throw TesseraError(
                at: folder.configuration, found: "a configuration that is not that of the last checkpoint",
                accepted: "the configuration as it was when the run began")
        }
        configuration.epochs = epochs ?? configuration.epochs
        try configuration.validate()
        let begun = checkpoint.progress.epoch + (checkpoint.progress.batch > 0 ? 1 : 0)
        guard configuration.epochs >= begun else {
            throw TesseraError(
                at: folder.path, found: "\(configuration.epochs) epochs asked for, of which \(begun) are begun or done",
                accepted: "at least \(begun)")
        }
        if restartsSchedule {
            configuration.schedule = try configuration.schedule.restarted(
                at: checkpoint.progress.step,
                total: training.sampleCount / configuration.batchSize * configuration.epochs)
        }
        let best = try folder.bestCheckpoint(of: &checkpoint.progress, hasValidation: validation != nil)
        try self.init(checkpoint.model, checkpoint, configuration, training, validation, folder, execution)
        notes += best.notes
        folder.removePartialFiles()
        notes += try metrics.truncate(to: progress).map { line in
            "\(metrics.path), line \(line): cannot be read, and is left as it is"
        }
        if configuration != checkpoint.configuration.with(data: written.data) {
            try writeCheckpoint(to: folder.lastCheckpoint)
        }
        if var best = best.checkpoint, best.configuration != configuration.withoutData {
            best.configuration = configuration
            try best.write(to: folder.bestCheckpoint)
        }
        if configuration != written { try folder.write(configuration) }
    }
}

extension TrainingConfiguration {
    /// Whether a run of this configuration goes on with one of the other: the number of epochs and the span of a cosine
    /// may change, and a kill while they did leaves the two files of a run apart.
    fileprivate func continues(_ other: TrainingConfiguration) -> Bool {
        var expected = other
        expected.epochs = epochs
        if schedule.isCosine, expected.schedule.isCosine { expected.schedule = schedule }
        return self == expected
    }

    fileprivate func with(data: Data?) -> TrainingConfiguration {
        var copy = self
        copy.data = data
        return copy
    }
}

extension RunFolder {
    /// The best checkpoint so far. Where it is lost, a note says so and the best of the epochs to come takes its place.
    fileprivate func bestCheckpoint(of progress: inout TrainingProgress, hasValidation: Bool) throws -> (
        checkpoint: Checkpoint?, notes: [String]
    ) {
        guard progress.bestStep != nil || (!hasValidation && progress.epoch > 0) else { return (nil, []) }
        guard FileManager.default.fileExists(atPath: bestCheckpoint) else {
            let lost = progress.bestStep.map { ", which was that of step \($0)" } ?? ""
            (progress.bestError, progress.bestStep) = (nil, nil)
            return (nil, ["\(bestCheckpoint) is missing\(lost): the best of the epochs to come takes its place"])
        }
        do { return (try Checkpoint(path: bestCheckpoint), []) } catch let error as TesseraError {
            throw TesseraError(
                error.kind, at: error.location, found: error.found,
                accepted: "\(error.accepted); without the file the run goes on, and a later epoch takes its place")
        }
    }
}
