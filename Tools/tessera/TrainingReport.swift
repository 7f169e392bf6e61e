import Foundation
import Tessera

extension Trainer {
    /// How many images each part has, and what scores are learnt.
    fileprivate var dataLine: String {
        let scores = trainingScores, mean = scores.reduce(0, +) / Double(scores.count)
        return "\(scores.count) images for training, \(validationCount) for validation; scores "
            + String(format: "%g to %g, mean %.4g", scores.min() ?? 0, scores.max() ?? 0, mean)
    }
}

/// Shows a run while it goes on, and draws its plots after every epoch.
final class TrainingReport {
    /// The outcome as JSON.
    private struct Summary: Encodable {
        let run: String
        let isFinished: Bool
        let steps: Int
        let epochs: Int
        /// The smallest mean absolute error in validation, and the step at which it was reached.
        let bestError: Double?
        let bestStep: Int?
    }

    private let trainer: Trainer
    /// Whether the images are synthetic phantoms, as the plots say.
    private let isSynthetic: Bool
    private let steps: ProgressBar
    private var validation: ProgressBar?

    /// Begins to listen to the trainer and says what is about to happen.
    init(_ trainer: Trainer, isSynthetic: Bool) {
        self.trainer = trainer
        self.isSynthetic = isSynthetic
        let total = trainer.stepsPerEpoch * trainer.configuration.epochs
        steps = ProgressBar("step", unit: "steps", total: total)
        let graph = trainer.trainingGraph.graph, trained = Set(trainer.trainingGraph.trained)
        let parameters = graph.elementCount(of: .parameter)
        let kept = graph.states.filter { $0.state.kind == .parameter && !trained.contains($0.state.path) }
            .reduce(0) { $0 + ($1.state.type.elementCount ?? 0) }
        let arena = Double(trainer.program.plan.byteCount) / 1_048_576
        Console.error(
            "\(graph.name): \(parameters) parameters" + (kept == 0 ? "" : ", \(kept) of them not trained")
                + String(format: ", %.0f MiB for activations and gradients", arena))
        Console.error(trainer.dataLine)
        let epochs = trainer.configuration.epochs == 1 ? "1 epoch" : "\(trainer.configuration.epochs) epochs"
        Console.error("\(epochs) of \(trainer.stepsPerEpoch) steps, \(total) in all")
        RunLog.keep(at: trainer.folder.log)
        if trainer.progress.step > 0 { Console.error("resumed after step \(trainer.progress.step)") }
        trainer.observer = { [unowned self] event in show(event) }
    }

    /// Draws the plots once more and says how the run ended.
    func finish(_ outcome: TrainingOutcome, json: Bool) throws {
        steps.finish()
        drawPlots()
        if json {
            let progress = trainer.progress
            try Console.print(
                json: Summary(
                    run: trainer.folder.path, isFinished: outcome == .finished, steps: progress.step,
                    epochs: progress.epoch,
                    bestError: progress.bestError, bestStep: progress.bestStep
                ))
            return
        }
        switch outcome {
        case .finished: Console.print("finished after \(trainer.progress.step) steps: \(trainer.folder.path)")
        case .stopped:
            Console.print(
                "stopped after \(trainer.progress.step) steps; go on with: tessera train --resume \(trainer.folder.path)"
            )
        }
    }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .note(let text): logger.notice("\(text)")
        case .step(let record, _, let epochs):
            validation = nil
            steps.update(
                record.step, lead: String(format: "loss %.4f  epoch %d/%d", record.loss, record.epoch + 1, epochs))
        case .validating(let done, let total):
            if validation == nil { validation = ProgressBar("validating", unit: "images", total: total) }
            validation?.update(done)
        case .validation(let record, let isBest): showEpoch(record, isBest)
        case .checkpoint: break
        }
    }

    private func showEpoch(_ record: ValidationRecord, _ isBest: Bool) {
        var line = String(format: "epoch %d: loss %.4f", record.epoch + 1, record.trainingLoss)
        if let mae = record.meanAbsoluteError, let rmse = record.rootMeanSquareError {
            line +=
                String(format: ", validation MAE %.2f, RMSE %.2f, r ", mae, rmse)
                + (record.pearson.map { String(format: "%.3f", $0) } ?? "undefined")
            if isBest { line += " (best)" }
        }
        Console.error(line)
        drawPlots()
    }

    /// A picture that cannot be drawn is no reason to lose a training.
    private func drawPlots() {
        var description = trainer.description
        description.isSynthetic = isSynthetic
        do { try trainer.folder.drawPlots(description) } catch {
            logger.warning("the plots could not be drawn: \(error)")
        }
    }
}
