import TesseraIR
import TesseraOps
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

    /// One step of the optimiser. Throws where loss, gradients or a new state are not finite; the states in memory are
    /// then of no more use, and nothing of them is written.
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
        let inputs = [
            trainingGraph.inputName: batch.images, TrainingGraph.targetName: targets,
            TrainingGraph.learningRateName: Tensor(doubles: [rate], element: type.element, shape: []),
        ]
        let outputs: [String: Tensor]
        do { outputs = try session.run(inputs) } catch let error as TesseraError {
            throw overflow(error, batch, inputs)
        }
        guard let loss = outputs[TrainingGraph.lossName]?.doubles()[0] else {
            preconditionFailure("the training program has lost its loss")
        }
        progress.step += 1
        progress.batch += 1
        progress.lossSum += loss
        return StepRecord(step: progress.step, epoch: progress.epoch, loss: loss, learningRate: rate)
    }

    /// Step, first node, tensor and images of a step that went wrong.
    private func overflow(_ error: TesseraError, _ batch: ScoredBatch, _ inputs: [String: Tensor]) -> TesseraError {
        let place = (try? session.firstOverflow(inputs)).map(name) ?? "\(error.location): \(error.found)"
        return TesseraError(
            error.kind, at: "step \(progress.step + 1)",
            found:
                "numbers that are not finite, first in \(place); the images are \(batch.names.joined(separator: ", "))",
            accepted: "finite numbers: try a smaller learning rate or gradient clipping, and look at these images")
    }

    /// A node as a user knows it: what it computes, the layer it belongs to, and the parameter whose gradient it is.
    private func name(_ node: Node) -> String {
        let guarded = program.graph.nodes.first { $0.op is RequireFinite }?.inputs.dropFirst(2) ?? []
        let gradient = guarded.firstIndex { $0.node == node.id }.map {
            "the gradient of \(trainingGraph.trained[$0 - 2])"
        }
        let parts = [node.op.mnemonic, node.path.isEmpty ? "\(node.id)" : node.path, gradient]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    private enum Validation {
        /// With the metrics, or nil where there are no images to validate on.
        case done((metrics: RegressionMetrics, loss: Double)?)
        case stopped
    }

    private func validate(_ shouldStop: () -> Bool) throws -> Validation {
        guard let validation, validation.sampleCount > 0 else { return .done(nil) }
        struct Stop: Error {}
        do {
            let (outputs, scores) = try predictor.outputs(for: validation, batchSize: configuration.batchSize) {
                done in
                observer(.validating(done: done, of: validation.sampleCount))
                if shouldStop() { throw Stop() }
            }
            let metrics = RegressionMetrics(predictions: outputs.map(predictor.score), scores: scores)
            let targets = scores.map(predictor.model.scoreScale.zScore)
            return .done((metrics, configuration.options.loss.mean(outputs: outputs, targets: targets)))
        } catch is Stop { return .stopped }
    }

    /// A validation error that is no finite number, such as that of a network which overflows, is recorded as none and
    /// is never the best.
    private func finishEpoch(_ measured: (metrics: RegressionMetrics, loss: Double)?) throws {
        let result = measured.flatMap { $0.metrics.isFinite ? $0.metrics : nil }
        if measured != nil, result == nil {
            observer(.note("epoch \(progress.epoch + 1): predictions for the validation images overflow"))
        }
        let record = ValidationRecord(
            step: progress.step, epoch: progress.epoch, trainingLoss: progress.lossSum / Double(stepsPerEpoch),
            validationLoss: measured.flatMap { $0.loss.isFinite ? $0.loss : nil },
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
