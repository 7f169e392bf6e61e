import ArgumentParser
import Foundation
import Tessera

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compares a model's scores with those of the readers.",
        discussion: """
            Pearson's r, mean absolute error (MAE), root mean square error (RMSE), mean difference with a paired \
            two-sided t-test, intraclass correlations and limits of agreement (Bland–Altman), with 95 % confidence \
            intervals: predictions against the reference (the mean of reader1 and reader2 where the labels have both, \
            else the score), against each reader, and between the readers; beside them what predicting the mean of the \
            training scores would give. Where all scores are 0 or 1 also the area under the ROC curve. \
            docs/evaluation.md says what each number is.

            Labels with a split column: the part that --split names. Without one: the same part of the run's own data, \
            which is recognised by its content; of any other data all images. Each evaluation has a new folder with \
            table, numbers, plots, and evaluation.json, which says what it was of.

            Example: tessera evaluate run --data phantoms
            """
    )

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @OptionGroup var data: DataArguments
    @Option(help: "The part of the data set: train, validation, test or all. (default: test, or all; see above)")
    var split: EvaluationPart.Name?
    @Option(
        help:
            "A new folder for the table and the plots. (default: evaluations/NUMBER-SPLIT-of-DATA in the folder of the run, else beside the file)"
    ) var out: String?
    @Option(help: "Draw a split from this seed where the labels have none. (default: that of the training)")
    var seed: UInt64?
    @OptionGroup var prediction: PredictionArguments
    @Flag(help: "Print the comparisons as JSON.") var json = false

    func run() throws {
        Interruption.catchSignals()
        let file = ModelFile(path: model), options = try prediction.execution.options()
        let (trained, origin, checkpoint) = try file.modelWithOrigin()
        let dataset = try data.dataset(
            seed: seed ?? trained.trainingData?.seed ?? checkpoint?.configuration.seed ?? 0)
        let images = try dataset.imageDigests(workers: options.threads)
        var knowledge = EvaluationPart.Knowledge(images: images, trainingData: trained.trainingData)
        knowledge.isDrawnAsAsked = seed != nil
        knowledge.hasTrainingScores = trained.trainingData == nil && checkpoint?.hasScores(of: dataset) == true
        let part = try EvaluationPart(of: dataset, asked: split, knowing: knowledge)
        // Scored as one part, whatever the splits of its images.
        let scored = Dataset(folder: dataset.folder, samples: part.samples.map { $0.in(.test) })
        try DataChecking.require(scored, parts: [.test], for: trained, workers: options.threads)

        let folder =
            try out.map { try EvaluationFolder(new: $0) }
            ?? EvaluationFolder(
                numberedIn: file.home(of: origin),
                name: "\(part.name.rawValue)-of-\(EvaluationFolder.name(of: data.data))")
        var report: EvaluationReport?
        try folder.write {
            let predictions = try prediction.scores(of: trained, on: scored, .test, name: model)
            let evaluation = Evaluation(
                samples: part.samples, predictions: predictions,
                trainingMean: trainingMean(trained, dataset, isDrawn: part.name != .all))
            let made = EvaluationReport(
                architecture: trained.architecture, split: part.name.rawValue, isSynthetic: dataset.isSynthetic,
                evaluation: evaluation)
            report = made
            let record = EvaluationRecord(
                command: CommandLine.arguments, model: origin,
                data: .init(
                    folder: data.data, digest: dataset.contentDigest(images: images), split: part.name.rawValue,
                    reason: part.reason, images: part.samples.count, trainedOn: part.trainedOn,
                    isSynthetic: dataset.isSynthetic))
            return try made.files(dataset: dataset) + [(name: "evaluation.json", text: Console.json(record) + "\n")]
        }
        guard let report else { preconditionFailure("an evaluation without a report") }
        show(part)
        if json { return try Console.print(json: report) }
        for line in report.lines { Console.print(line) }
        Console.print("table and plots: \(folder.path)")
    }

    /// Says on standard error which images these are, and which of them the model knows.
    private func show(_ part: EvaluationPart) {
        logger.notice("evaluated \(part.samples.count) images: \(part.reason)")
        if let known = part.trainedOn, known > 0, part.name != .train {
            logger.warning(
                "the model was trained on \(known) of these \(part.samples.count) images: the numbers flatter it")
        }
    }

    /// The mean of the scores the model was trained on, or, where it does not say, of the data set's training images.
    private func trainingMean(_ model: TrainedModel, _ dataset: Dataset, isDrawn: Bool) -> Double? {
        if model.scoreScale != .identity { return model.scoreScale.mean }
        let scores = dataset.samples.filter { isDrawn && $0.split == .train }.map(\.score)
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }
}

extension EvaluationPart.Name: ExpressibleByArgument {}

extension Sample {
    /// The same in another split.
    fileprivate func `in`(_ split: Split) -> Sample {
        Sample(file: file, path: path, score: score, readers: readers, split: split, group: group, line: line)
    }
}
