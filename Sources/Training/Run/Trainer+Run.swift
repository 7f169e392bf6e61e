import TesseraTensors

extension Trainer {
    /// Trains until all epochs are done or `shouldStop` says so; it is asked after every step and validation batch.
    /// Either way the last checkpoint is that of the moment. Throws where an image cannot be read, the loss is no
    /// longer a number, or a file cannot be written; the last checkpoint written before stays.
    @discardableResult
    public func run(shouldStop: () -> Bool = { false }) throws -> TrainingOutcome {
        for note in notes { observer(.note(note)) }
        while progress.epoch < configuration.epochs {
            if try trainEpoch(shouldStop), case .done(let metrics) = try validate(shouldStop) {
                try finishEpoch(metrics)
            } else {
                try writeCheckpoint(to: folder.lastCheckpoint)
                return .stopped
            }
        }
        return .finished
    }

    /// The rest of the epoch's steps; false where asked to stop before validation.
    private func trainEpoch(_ shouldStop: () -> Bool) throws -> Bool {
        guard progress.batch < stepsPerEpoch else { return !shouldStop() }
        let stream = try training.batches(
            epoch: progress.epoch, size: configuration.batchSize, startingAt: progress.batch, dropsLast: true)
        while progress.batch < stepsPerEpoch {
            guard let batch = try stream.next() else {
                preconditionFailure("the source ended before its epoch of \(stepsPerEpoch) batches")
            }
            let record = try step(batch)
            try metrics.append(.step(record))
            observer(.step(record, stepsPerEpoch: stepsPerEpoch, epochs: configuration.epochs))
            if let interval = configuration.checkpointInterval, progress.step % interval == 0 {
                if configuration.keepsCheckpoints { try writeCheckpoint(to: folder.checkpoint(step: progress.step)) }
                try writeCheckpoint(to: folder.lastCheckpoint)
            }
            if shouldStop() { return false }
        }
        return true
    }

    /// One step of the optimiser. Throws where the loss is not finite; the states are then of no more use.
    private func step(_ batch: ScoredBatch) throws -> StepRecord {
        let rate = configuration.learningRate * configuration.schedule.factor(at: progress.step)
        guard rate.isFinite else {
            throw TesseraError(
                at: "step \(progress.step + 1)", found: "the learning rate \(rate)",
                accepted: "a schedule that stays finite")
        }
        let type = trainingGraph.targetType
        let targets = Tensor(
            doubles: batch.scores.map(predictor.model.scoreScale.zScore), element: type.element, shape: type.shape!)
        let outputs = try session.run([
            trainingGraph.inputName: batch.images, TrainingGraph.targetName: targets,
            TrainingGraph.learningRateName: Tensor(doubles: [rate], element: type.element, shape: []),
        ])
        guard let loss = outputs[TrainingGraph.lossName]?.doubles()[0] else {
            preconditionFailure("the training program has lost its loss")
        }
        guard loss.isFinite else {
            throw TesseraError(
                at: "step \(progress.step + 1)", found: "the loss \(loss)",
                accepted: "a finite loss: try a smaller learning rate or gradient clipping")
        }
        progress.step += 1
        progress.batch += 1
        progress.lossSum += loss
        return StepRecord(step: progress.step, epoch: progress.epoch, loss: loss, learningRate: rate)
    }

    private enum Validation {
        /// With the metrics, or nil where there are no images to validate on.
        case done(RegressionMetrics?)
        case stopped
    }

    private func validate(_ shouldStop: () -> Bool) throws -> Validation {
        guard let validation, validation.sampleCount > 0 else { return .done(nil) }
        struct Stop: Error {}
        do {
            let (predictions, scores) = try predictor.scores(for: validation, batchSize: configuration.batchSize) {
                done in
                observer(.validating(done: done, of: validation.sampleCount))
                if shouldStop() { throw Stop() }
            }
            return .done(RegressionMetrics(predictions: predictions, scores: scores))
        } catch is Stop { return .stopped }
    }

    /// A validation error that is no finite number, such as that of a network which overflows, is recorded as none and
    /// is never the best.
    private func finishEpoch(_ measured: RegressionMetrics?) throws {
        let result = measured.flatMap { $0.isFinite ? $0 : nil }
        if measured != nil, result == nil {
            observer(.note("epoch \(progress.epoch + 1): predictions for the validation images overflow"))
        }
        let record = ValidationRecord(
            step: progress.step, epoch: progress.epoch, trainingLoss: progress.lossSum / Double(stepsPerEpoch),
            meanAbsoluteError: result?.meanAbsoluteError, rootMeanSquareError: result?.rootMeanSquareError,
            pearson: result?.pearson
        )
        try metrics.append(.validation(record))
        let isBest = result.map { $0.meanAbsoluteError < progress.bestError ?? .infinity } ?? (measured == nil)
        if isBest, let error = result?.meanAbsoluteError {
            (progress.bestError, progress.bestStep) = (error, progress.step)
        }
        progress.epoch += 1
        progress.batch = 0
        progress.lossSum = 0
        if isBest { try writeCheckpoint(to: folder.bestCheckpoint) }
        try writeCheckpoint(to: folder.lastCheckpoint)
        observer(.validation(record, isBest: isBest))
    }
}
