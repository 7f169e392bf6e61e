import ArgumentParser
import Foundation
import Tessera

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a model to score images.",
        discussion: """
            The run is a folder: config.json, metrics.jsonl, checkpoints (best.safetensors, last.safetensors) and \
            plots. Stopped by Ctrl-C or killed, it goes on with --resume and writes the same bytes as if it had never \
            stopped.

            Examples:
              tessera train --data phantoms --size 256 --epochs 30 --out run
              tessera train --resume run
              tessera train --data phantoms --backbone densenet121.onnx --head linear:1 \\
                --size 512 --out fine-tuned
            """
    )

    @Option(help: "The folder of the images.") var data: String?
    @Option(help: "The table file,score[,reader1][,reader2][,split][,group]; by default labels.csv in the folder.")
    var labels: String?
    @Option(help: "The folder of a new run.") var out: String?
    @Option(
        help:
            "Go on with the run in this folder; besides it, --epochs, --restart-schedule, --data, --labels and --threads may be given."
    )
    var resume: String?
    @Flag(help: "With --resume: begin a cosine schedule anew, to end with the last epoch.") var restartSchedule = false
    @Option(help: "An architecture that 'tessera models' lists. (default: resnet-dwise50)") var model: String?
    @Option(help: "Height and width of the images. (default: the model's)") var size: Int?
    @Option(help: "Channels of the images: 1 grey, 3 colour. (default: 1, or the backbone's)") var channels: Int?
    @Option(
        help:
            "How a film becomes a square: crop, pad or stretch. (default: as the model of --init or --backbone was trained, else crop)"
    )
    var fit: Fit?
    @Option(
        name: .customLong("init"),
        help: "Take every parameter whose path and shape agree from a checkpoint, a run, or an ONNX file.") var source:
        String?
    @Option(help: "Train the network of an ONNX file, a checkpoint or a run itself, with a new head.") var backbone:
        String?
    @Option(help: "The backbone's new head. (default: linear:1)") var head: String?
    @Option(
        help:
            "The node after which the backbone is cut. (default: its last global pooling, else the input of its last linear layer)"
    ) var cut: String?
    @Option(
        help:
            "What training makes of batch norms. (default: train, but frozen-statistics for pretrained weights at a batch below 4)"
    ) var norm: NormPolicy?
    @OptionGroup(title: "Optimisation") var optimization: OptimizationArguments
    @OptionGroup(title: "Augmentation") var augmentation: AugmentationArguments
    @OptionGroup(title: "Execution") var execution: ExecutionArguments
    @Flag(help: "List every tensor that --init takes, leaves and begins anew.") var verbose = false
    @Flag(help: "Print the outcome as JSON.") var json = false

    func validate() throws {
        if resume != nil {
            if let option = definingOptions.first {
                throw ValidationError("\(option) defines a run and cannot be given with --resume")
            }
        } else {
            if restartSchedule { throw ValidationError("--restart-schedule needs --resume") }
            if data == nil { throw ValidationError("--data is missing: the folder of the images") }
            if out == nil {
                throw ValidationError("--out is missing: the folder of the new run (or --resume for an old one)")
            }
        }
        if backbone != nil, let option = given([("--model", model != nil), ("--init", source != nil)]).first {
            throw ValidationError("\(option) cannot be given with --backbone, which is model and weights in one")
        }
        if backbone == nil, let option = given([("--head", head != nil), ("--cut", cut != nil)]).first {
            throw ValidationError("\(option) needs --backbone")
        }
    }

    func run() throws {
        Interruption.catchSignals()
        RunLog.begin()
        let (trainer, dataset) = try resume.map { try resumed($0) } ?? started()
        let report = TrainingReport(trainer, isSynthetic: dataset.isSynthetic)
        let outcome = try trainer.run { Interruption.wasRequested }
        try report.finish(outcome, json: json)
        if outcome == .stopped { throw ExitCode(130) }
    }

    /// The options that were given and that a run has fixed when it begins.
    private var definingOptions: [String] {
        let own = given([
            ("--out", out != nil), ("--model", model != nil), ("--size", size != nil), ("--channels", channels != nil),
            ("--fit", fit != nil),
            ("--init", source != nil),
            ("--backbone", backbone != nil), ("--head", head != nil), ("--cut", cut != nil), ("--norm", norm != nil),
        ])
        return own + optimization.givenBesidesEpochs + augmentation.given
    }

    private func given(_ options: [(String, Bool)]) -> [String] { options.filter(\.1).map(\.0) }
}

extension NormPolicy: ExpressibleByArgument {}
