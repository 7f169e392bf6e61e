import ArgumentParser
import Foundation
import Tessera

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compares a model's scores with those of the readers.",
        discussion: """
            Pearson's r, mean absolute error (MAE), root mean square error (RMSE) and a paired two-sided t-test: predictions against the reference (the mean
            of reader1 and reader2 where the labels have them, else the score), against each reader, and between the readers; beside them what
            predicting the mean of the training scores would give. Writes predictions.csv, metrics.json, scatter.svg, histogram.svg (reference and
            predictions) and scores.svg (the whole data set).

            Example: tessera evaluate run --data phantoms
            """
    )

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @OptionGroup var data: DataArguments
    @Option(help: "The part of the data set: train, validation or test.") var split = Split.test
    @Option(
        help:
            "The folder for the table and the plots. (default: evaluation-SPLIT in the folder of a run, else none is written)"
    ) var out: String?
    @Option(
        help:
            "Of the split, where the labels have none: the seed of the training. (default: that of the run or checkpoint, else 0)"
    ) var seed: UInt64?
    @OptionGroup var prediction: PredictionArguments
    @Flag(help: "Print the comparisons as JSON.") var json = false

    func run() throws {
        Interruption.catchSignals()
        let file = ModelFile(path: model)
        let trained = try file.trainedModel()
        let run = RunFolder(model)
        let dataset = try data.dataset(seed: seed ?? file.seed() ?? 0)
        try DataChecking.require(
            dataset, parts: [split], for: trained, workers: prediction.execution.options().threads)
        let out = self.out ?? (run.holdsRun ? "\(run.path)/evaluation-\(split.rawValue)" : nil)
        let samples = try dataset.indices(in: split).map { dataset.samples[$0] }
        func evaluated() throws -> EvaluationReport {
            let predictions = try prediction.scores(of: trained, on: dataset, split, name: model)
            let evaluation = Evaluation(
                samples: samples, predictions: predictions, trainingMean: trainingMean(trained, dataset))
            let report = EvaluationReport(
                architecture: trained.architecture, split: split.rawValue, isSynthetic: false, evaluation: evaluation)
            if let out {
                for file in try report.files(dataset: dataset) {
                    try AtomicFile.write(file.text, to: "\(out)/\(file.name)")
                }
            }
            return report
        }
        let report = try out.map { try OutputFolder.with($0, evaluated) } ?? evaluated()
        if json { return try Console.print(json: report) }
        for line in report.lines { Console.print(line) }
        if let out { Console.print("table and plots: \(out)") }
    }

    /// The mean of the scores the model was trained on, or, where it does not say, of the data set's training images.
    private func trainingMean(_ model: TrainedModel, _ dataset: Dataset) -> Double? {
        if model.scoreScale != .identity { return model.scoreScale.mean }
        let scores = dataset.samples.filter { $0.split == .train }.map(\.score)
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }
}

extension Split: ExpressibleByArgument {}
