import ArgumentParser
import Foundation
import Synchronization
import Tessera

/// How images go through a trained model.
struct PredictionArguments: ParsableArguments {
    @Option(help: "Images at a time; results differ in the last bits at most.") var batchSize = 4
    @OptionGroup var fit: FitArguments
    @OptionGroup var execution: ExecutionArguments

    /// One score for each image of a part of a data set, in its order. Images are read ahead; the first that cannot be
    /// read ends the work.
    func scores(of model: TrainedModel, on dataset: Dataset, _ split: Split, name: String) throws -> [Double] {
        guard (1...4096).contains(batchSize) else {
            throw TesseraError(at: "--batch-size", found: "\(batchSize)", accepted: "1 to 4096")
        }
        let options = try execution.options()
        let source = try ImageBatchSource(
            dataset, split, preprocessing: try fit.preprocessing(of: model, name), workers: options.threads)
        let bar = ProgressBar("predicting", unit: "images", total: source.sampleCount)
        defer { bar.finish() }
        let scores = try Predictor(model, execution: options).scores(for: source, batchSize: batchSize) { done in
            try Interruption.check("prediction")
            bar.update(done)
        }.predictions
        if let place = scores.firstIndex(where: { !$0.isFinite }) {
            throw TesseraError(
                at: name, found: "the score \(scores[place]) for \(source.samples[place].path)",
                accepted: "finite scores: the network overflows")
        }
        return scores
    }
}
