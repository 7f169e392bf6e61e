import ArgumentParser
import Foundation
import Synchronization
import Tessera

/// How images go through a trained model.
struct PredictionArguments: ParsableArguments {
    @Option(help: "Images at a time; results differ in the last bits at most.") var batchSize = 4
    @OptionGroup var execution: ExecutionArguments

    /// One score for each image of a part of a data set, in its order. Images are read ahead; the first that cannot be
    /// read ends the work.
    func scores(of model: TrainedModel, on dataset: Dataset, _ split: Split, name: String) throws -> [Double] {
        guard (1...4096).contains(batchSize) else {
            throw TesseraError(at: "--batch-size", found: "\(batchSize)", accepted: "1 to 4096")
        }
        let options = try execution.options()
        let source = try ImageBatchSource(
            dataset, split, preprocessing: try preprocessing(of: model, name), workers: options.threads)
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

    /// What the model's file says of its images, or else their size from the graph and values of 0...1.
    private func preprocessing(of model: TrainedModel, _ name: String) throws -> Preprocessing {
        if let preprocessing = model.preprocessing { return preprocessing }
        let types = model.graph.inputs.map(\.type)
        guard types.count == 1, let extents = Optional(types[0].dimensions.dropFirst().map(\.value)),
            extents.count == 3, let channels = extents[0], let size = extents[1], extents[2] == size
        else {
            throw TesseraError(
                .unsupported, at: name, found: "the inputs \(types.map(\.description).joined(separator: ", "))",
                accepted: "one input of square images [N, C, S, S], or a file that says how images are prepared")
        }
        logger.warning("\(name) does not say how images are prepared: they go in as values of 0...1")
        return try Preprocessing(size: size, channels: channels)
    }
}
