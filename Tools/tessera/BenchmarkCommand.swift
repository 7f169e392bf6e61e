import ArgumentParser
import Foundation
import Tessera
import TesseraModels

struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Times inference or training steps of a model, or the kernels alone.",
        discussion: """
            Random images, and random weights for an architecture. A training step is forward, loss, backward and the \
            optimiser (SGD with momentum). Machines vary by the hour: compare only figures of one sitting, as \
            Tools/compare-speed does with PyTorch.

            Examples:
              tessera benchmark resnet-dwise50 --training --size 1024 \\
                --batch-size 4 --profile
              tessera benchmark --kernels
            """
    )

    @Argument(help: "An architecture that 'tessera models' lists, a checkpoint, a run, or an ONNX file.") var model:
        String?
    @Flag(help: "Time every kernel by itself, at one typical size and on one thread, instead of a model.")
    var kernels = false
    @Flag(help: "Time training steps instead of inference.") var training = false
    @Option(help: "Height and width of the images. (default: the model's)") var size: Int?
    @Option(
        name: [.customLong("batch-size"), .customLong("batch")],
        help: "Images a step. (default: 1, or 4 with --training)")
    var batchSize: Int?
    @Option(help: "Channels of the images of an architecture.") var channels = 1
    @Option(help: "Steps that are timed, after one that is not.") var runs = 5
    @Flag(help: "List the time of each kind of kernel.") var profile = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var execution: ExecutionArguments

    /// What is printed; memory in MiB.
    private struct Result: Encodable {
        let model: String
        let what: String
        let size: Int
        let batch: Int
        let threads: Int
        let instructionSet: String
        let medianSeconds: Double
        let leastSeconds: Double
        let arenaMiB: Int
        /// The largest resident size of the process.
        let peakMiB: Int
        let kernels: [Kernel]
    }

    private struct Kernel: Encodable {
        let name: String
        let milliseconds: Double
    }

    func validate() throws {
        if kernels, model != nil || training || profile {
            throw ValidationError("--kernels takes no model, --training or --profile")
        }
        if !kernels, model == nil { throw ValidationError("what to time is missing: a model, or --kernels") }
    }

    func run() throws {
        guard let model else {
            let rows = try KernelBenchmark.rows(execution.options().instructionSet)
            return json ? try Console.print(json: rows) : Console.print(KernelBenchmark.text(rows))
        }
        try time(model)
    }

    private func time(_ model: String) throws {
        let batch = batchSize ?? (training ? 4 : 1)
        guard (1...65_536).contains(batch), runs > 0 else {
            throw TesseraError(
                at: "benchmark", found: "batch \(batch), runs \(runs)",
                accepted: "positive numbers, a batch up to 65,536")
        }
        _ = try Preprocessing(size: size ?? 1, channels: channels)
        let options = try execution.options()
        let (graph, parameters) = try source(model)
        guard let type = graph.inputs.first?.type, type.rank == 4, let channels = type.dimensions[1].value,
            let height = type.dimensions[2].value, let width = type.dimensions[3].value
        else {
            throw TesseraError(
                .unsupported, at: model, found: "the inputs \(graph.inputs.map { "\($0.type)" })",
                accepted: "one of images [N, C, H, W], with --size where height and width are open")
        }
        let shape = [batch, channels, height, width],
            step = training ? try TrainingGraph(model: graph, inputShape: shape, options: .init()) : nil
        var states = parameters
        if let step { states.merge(step.initialOptimizerStates) }
        let program = try Compiler.compile(
            step?.graph ?? graph.bindingInput(to: shape), for: training ? .training : .inference,
            options: CompilerOptions(instructionSet: options.instructionSet))
        // The session first: it says where memory is not enough.
        let session = try Session(program, parameters: states, threads: options.threads)
        var stream = RandomStream(seed: 0, name: "benchmark")
        var inputs = [
            graph.inputs[0].name: Tensor(
                (0..<shape.reduce(1, *)).map { _ in Float(stream.uniform(-1.7...1.7)) }, shape: shape)
        ]
        if let step {
            inputs[TrainingGraph.targetName] = Tensor(
                (0..<step.targetType.elementCount!).map { _ in Float(stream.normal()) }, shape: step.targetType.shape!)
            inputs[TrainingGraph.learningRateName] = Tensor(scalar: Float(0.001))
        }
        let result = try measure(model, session, inputs, height, batch, options)
        if json { return try Console.print(json: result) }
        Console.print(
            String(
                format:
                    "%@, %@, %d × %d, batch %d, %d threads, %@: median %.4f s, least %.4f s; arena %d MiB, peak of the process %d MiB",
                result.model, result.what, height, width, batch,
                result.threads, result.instructionSet, result.medianSeconds, result.leastSeconds, result.arenaMiB,
                result.peakMiB
            ))
        for kernel in result.kernels {
            Console.print(String(format: "%10.2f ms  %@", kernel.milliseconds, kernel.name))
        }
    }

    private func source(_ model: String) throws -> (Graph, ParameterStore) {
        if ModelFile.isPath(model) {
            let trained = try ModelFile(path: model).trainedModel(imageSize: size)
            return (trained.graph, trained.parameters)
        }
        let fresh = try ModelCatalog.standard.entry(named: model).model(inputChannels: channels, height: size)
        return (fresh.graph, fresh.initialParameters(seed: 0))
    }

    private func measure(
        _ model: String, _ session: Session, _ inputs: [String: Tensor], _ size: Int, _ batch: Int,
        _ options: ExecutionOptions
    ) throws -> Result {
        var seconds: [Double] = [], kernels: [String: Double] = [:]
        for run in 0...runs {
            let start = ContinuousClock.now
            _ = try session.run(inputs) { step, duration in
                if profile, run > 0 {
                    kernels["\(step.node.op.mnemonic): \(step.lowered.kernel)", default: 0] +=
                        duration.seconds * 1000 / Double(runs)
                }
            }
            if run > 0 { seconds.append((ContinuousClock.now - start).seconds) }
        }
        seconds.sort()
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Result(
            model: model, what: training ? "training" : "inference", size: size, batch: batch, threads: options.threads,
            instructionSet: options.instructionSet.rawValue,
            medianSeconds: seconds[seconds.count / 2], leastSeconds: seconds[0], arenaMiB: session.byteCount >> 20,
            peakMiB: usage.ru_maxrss >> 10,
            kernels: kernels.sorted { $0.value > $1.value }.map { Kernel(name: $0.key, milliseconds: $0.value) }
        )
    }
}
