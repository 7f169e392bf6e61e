import ArgumentParser
import Foundation
import Tessera

struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Times inference or training steps of a model, or the kernels alone.",
        discussion: """
            Random images, and random weights for an architecture. A training step is forward, loss, backward and the \
            optimiser (SGD with momentum). Beside the time stands the peak of a loop of multiply-adds in the same run. \
            Machines vary by the hour: compare only figures of one sitting, as Tools/compare-speed does with other \
            engines.

            Examples:
              tessera benchmark model.onnx --shape 1x3x1024x1024 --json
              tessera benchmark resnet-dwise50 --training --size 1024 \
                --batch-size 4 --profile
              tessera benchmark --kernels
              tessera benchmark --calibrate > costs.json
            """
    )

    /// `1x3x224x224`.
    struct Shape: ExpressibleByArgument {
        let dimensions: [Int]
        init?(argument: String) {
            let numbers = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? 0) > 0 }) else { return nil }
            dimensions = numbers.compactMap { $0 }
        }
    }

    enum Precision: String, CaseIterable, ExpressibleByArgument { case f32 }

    @Argument(help: "An architecture that 'tessera models' lists, a checkpoint, a run, or an ONNX file.") var model:
        String?
    @Flag(help: "Time every kernel by itself, at one typical size and on one thread, instead of a model.")
    var kernels = false
    @Flag(help: "Measure the costs that regions are planned with, and print them as the file that --costs takes.")
    var calibrate = false
    @Flag(help: "Time training steps instead of inference.") var training = false
    @Option(help: "All dimensions of the input, as 1x3x1024x1024.") var shape: Shape?
    @Option(help: "Height and width of the images. (default: the model's)") var size: Int?
    @Option(
        name: [.customLong("batch-size"), .customLong("batch")],
        help: "Images a step. (default: the model's; where it leaves that open 1, or 4 with --training)")
    var batchSize: Int?
    @Option(help: "Channels of the images of an architecture. (default: 1)") var channels: Int?
    @Option(help: "The numbers that are computed with.") var precision = Precision.f32
    @Option(help: "Runs that are timed.") var runs = 15
    @Option(help: "Runs before these that are not.") var warmup = 3
    @Flag(help: "List the time of each step of the program and of each layer of the model.") var profile = false
    @Flag(help: "Print JSON, on one line.") var json = false
    @OptionGroup var execution: InferenceArguments

    func validate() throws {
        if kernels || calibrate, model != nil || training || profile || kernels == calibrate {
            throw ValidationError("--kernels and --calibrate stand alone: no model, --training or --profile")
        }
        if !kernels, !calibrate, model == nil {
            throw ValidationError("what to time is missing: a model, --kernels, or --calibrate")
        }
        if shape != nil, size != nil || batchSize != nil || channels != nil {
            throw ValidationError("--shape says what --size, --batch and --channels would")
        }
    }

    func run() throws {
        if calibrate { return try Console.print(CostCalibration(execution.options()).costs().json) }
        guard let model else {
            let rows = try KernelBenchmark.rows(execution.options().instructionSet)
            return json ? try Console.print(json: rows) : Console.print(KernelBenchmark.text(rows))
        }
        guard (1...65_536).contains(batchSize ?? 1), runs > 0, warmup >= 0 else {
            throw TesseraError(
                at: "benchmark", found: "batch \(batchSize ?? 1), runs \(runs), warmup \(warmup)",
                accepted: "positive numbers, a batch up to 65,536")
        }
        _ = try Preprocessing(size: size ?? 1, channels: channels ?? 1)
        let options = try execution.options()
        let source = try BenchmarkSource(
            model,
            .init(shape: shape?.dimensions, size: size, batch: batchSize, channels: channels ?? 1),
            batchIfOpen: training ? 4 : 1)
        let result = try ModelBenchmark(source, training: training, options).measure(
            model, runs: runs, warmup: warmup, profile: profile)
        if json { return try Console.print(jsonLine: result) }
        Console.print(result.text)
        if let profile = result.profile { Console.print("\n" + profile.text) }
    }
}
