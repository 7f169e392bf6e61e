import ArgumentParser
import Foundation
import Synchronization
import Tessera

/// How images go through a trained model.
struct PredictionArguments: ParsableArguments {
    @Option(help: "Images at a time; results differ in the last bits at most.") var batchSize = 4
    @OptionGroup var fit: FitArguments
    @Option(help: "The output with the scores, of a model that has several.") var output: String?
    @OptionGroup var execution: InferenceArguments

    /// One score for each image of a part of a data set, in its order. Images are read ahead; the first that cannot be
    /// read ends the work.
    func scores(of model: TrainedModel, on dataset: Dataset, _ split: Split, name: String) throws -> [Double] {
        try validateBatch()
        let model = try selectingOutput(of: model, name), options = try execution.options()
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

    /// The model with the one output that holds the scores; throws where it has several and none is named, or not that
    /// one.
    private func selectingOutput(of model: TrainedModel, _ name: String) throws -> TrainedModel {
        let names = model.graph.outputs.map(\.name), list = names.joined(separator: ", ")
        guard let place = output.map({ names.firstIndex(of: String(typedName: $0)) }) ?? (names.count == 1 ? 0 : nil)
        else {
            throw TesseraError(
                at: output == nil ? name : "--output",
                found: output.map { "no output \($0) in \(name)" } ?? "\(names.count) outputs",
                accepted: output == nil ? "--output with one of \(list)" : list)
        }
        var result = model
        result.graph.outputs = [model.graph.outputs[place]]
        return result
    }

    /// A score for each file, or why it has none.
    func scores(of model: TrainedModel, files: [String], _ preprocessing: Preprocessing, name: String) throws
        -> [ImageScore]
    {
        try validateBatch()
        let model = try selectingOutput(of: model, name), options = try execution.options()
        let bar = ProgressBar("predicting", unit: "images", total: files.count)
        defer { bar.finish() }
        return try Predictor(model, execution: options).scores(
            ofFiles: files, preprocessing: preprocessing, batchSize: batchSize, workers: options.threads
        ) { done in
            try Interruption.check("prediction")
            bar.update(done)
        }
    }

    private func validateBatch() throws {
        guard (1...4096).contains(batchSize) else {
            throw TesseraError(at: "--batch-size", found: "\(batchSize)", accepted: "1 to 4096")
        }
    }
}
