import ArgumentParser
import Foundation
import Synchronization
import Tessera

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says everything that is wrong with a data set.",
        discussion: """
            Reads the table and decodes every image. Errors keep the data from being used: files that are missing or \
            damaged, scores that are no numbers, the same image or patient in two splits. Warnings may make scores \
            other than expected: images that lose parts, are enlarged, or look unlike the others; see docs/data.md. \
            'train' and 'evaluate' do the same for the images they use. Exit code 1 where there are errors.

            Example:
              tessera check images --size 1024 --batch-size 4 \\
                --write-labels images/usable.csv
            """
    )

    @Argument(help: "The folder of the images.") var data: String
    @Option(help: "The table file,score[,reader1][,reader2][,split][,group]; by default labels.csv in the folder.")
    var labels: String?
    @Option(help: "Height and width that images shall have in training.") var size: Int?
    @Option(help: "How a film shall become a square: crop, pad or stretch. (default: crop)") var fit: Fit?
    @Option(help: "Images a step that the training set must fill.") var batchSize: Int?
    @Option(help: "The loss of the training: smooth, l1, l2, or bce, which takes scores of 0 to 1.") var loss: String?
    @Option(help: "Of the split, where the table has none. (default: 0)") var seed: UInt64?
    @Option(help: "Compare the images with what this model was trained on: a checkpoint, a run, or an ONNX file.")
    var model: String?
    @Option(help: "Write the table without the rows that have errors to this file.") var writeLabels: String?
    @Flag(help: "Print findings and summary as JSON.") var json = false
    @OptionGroup var execution: ExecutionArguments

    func validate() throws {
        if model != nil, size != nil || fit != nil {
            throw ValidationError("--size and --fit are the model's and cannot be given with --model")
        }
    }

    func run() throws {
        Interruption.catchSignals()
        let options = try execution.options(), check = try self.check()
        let table = try LabelTable(labels ?? Dataset.labelsPath(in: data), folder: data, seed: seed ?? 0)
        let report = try DataChecking.report(on: Dataset(table), check, workers: options.threads, for: "the check")
        if json { try Console.print(json: report) } else { Console.print(report.text) }
        guard let writeLabels else {
            if report.findings.errors.isEmpty { return }
            throw ExitCode(1)
        }
        try AtomicFile.write(table.text(without: report.faultyLines), to: writeLabels)
        let usable = try Dataset(folder: data, labels: writeLabels, seed: seed ?? 0)
        let text = "\(usable.samples.count) of \(table.rowCount) rows written to \(writeLabels)"
        if json { Console.error(text) } else { Console.print(text) }
        try check.findings(of: usable).throwErrors()
    }

    private func check() throws -> DatasetCheck {
        var check = DatasetCheck()
        if let model {
            let trained = try ModelFile(path: model).trainedModel()
            check.preprocessing = trained.preprocessing
            check.trainedOn = trained.trainingData?.appearance
        } else {
            // Without a size nothing is enlarged.
            check.preprocessing = try Preprocessing(size: size ?? 1, channels: 1, fit: fit ?? .crop)
        }
        check.measuresNormalization = size != nil
        if let batchSize {
            guard batchSize >= 1 else {
                throw TesseraError(at: "--batch-size", found: "\(batchSize)", accepted: "at least 1")
            }
            check.batchSize = batchSize
        }
        check.required = model == nil ? [.train] : []
        let isForTraining = model == nil || loss != nil
        check.scores =
            try Loss(named: loss ?? "smooth").predictsLogits ? .probabilities : isForTraining ? .different : .any
        return check
    }
}
