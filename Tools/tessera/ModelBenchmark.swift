import Foundation
import Tessera

/// Runs of a model that are timed: inference, or training steps.
struct ModelBenchmark {
    /// What is printed as JSON. Times in milliseconds, memory in MiB, work in 10⁹ floating-point operations a second,
    /// counted as the model is written.
    struct Result: Encodable {
        let model: String
        let shape: [Int]
        let training: Bool?
        let threads: Int
        let precision: String
        let isa: String
        /// From the graph and its weights to a program that is ready to run: passes, plans, packing.
        let compile_ms: Double
        let min_ms: Double
        let median_ms: Double
        /// The arena and the workers' scratch memory.
        let arena_mib: Double
        /// Growth of the resident peak since the program was ready to run, at least the arena; and the peak.
        let memory_mib: Double
        let total_mib: Double
        let gflops: Double
        /// Of a loop of multiply-adds in registers, in the same run.
        let peak_gflops: Double
        var profile: ModelProfile?
    }

    let session: Session
    private let inputs: [String: Tensor]
    private let compileSeconds: Double
    private let operations: Int
    private let shape: [Int]
    private let isTraining: Bool
    private let options: ExecutionOptions

    /// Compiles a model and prepares a session for it, with random images.
    init(_ source: BenchmarkSource, training: Bool, _ options: ExecutionOptions) throws {
        (shape, isTraining, self.options) = (source.shape, training, options)
        let start = ContinuousClock.now
        let step = training ? try TrainingGraph(model: source.graph, inputShape: shape, options: .init()) : nil
        let graph = try step?.graph ?? source.graph.bindingInput(to: shape)
        var states = source.parameters
        if let step { states.merge(step.initialOptimizerStates) }
        let program = try Compiler.compile(
            graph, for: training ? .training : .inference,
            options: CompilerOptions(options), parameters: training ? nil : states)
        session = try Session(program, parameters: states, threads: options.threads)
        try session.prepare()
        compileSeconds = (ContinuousClock.now - start).seconds
        operations = try graph.floatingPointOperations()
        var stream = RandomStream(seed: 0, name: "benchmark")
        var inputs = [
            source.graph.inputs[0].name: Tensor(
                (0..<shape.reduce(1, *)).map { _ in Float(stream.uniform(-1.7...1.7)) }, shape: shape)
        ]
        if let step {
            inputs[TrainingGraph.targetName] = Tensor(
                (0..<step.targetType.elementCount!).map { _ in Float(stream.normal()) }, shape: step.targetType.shape!)
            inputs[TrainingGraph.learningRateName] = Tensor(scalar: Float(0.001))
        }
        self.inputs = inputs
    }

    /// `runs` that count after `warmup` that do not, and as many more with a profile if one is wanted.
    func measure(_ model: String, runs: Int, warmup: Int, profile: Bool) throws -> Result {
        func peak() throws -> Double { try session.peakOperationsPerSecond() / 1e9 }
        let peakBefore = try peak(), memory = ProcessMemory()
        var seconds: [Double] = []
        for run in 0..<warmup + runs {
            let start = ContinuousClock.now
            _ = try session.run(inputs)
            if run >= warmup { seconds.append((ContinuousClock.now - start).seconds) }
        }
        seconds.sort()
        let (growth, total) = memory.figures, arena = Double(session.byteCount) / 1048576
        let peakRate = max(peakBefore, try peak()), median = seconds[seconds.count / 2]
        var result = Result(
            model: model, shape: shape, training: isTraining ? true : nil, threads: options.threads, precision: "f32",
            isa: options.instructionSet.rawValue, compile_ms: (compileSeconds * 1000).rounded(to: 1),
            min_ms: (seconds[0] * 1000).rounded(to: 3), median_ms: (median * 1000).rounded(to: 3),
            arena_mib: arena.rounded(to: 1), memory_mib: max(growth, arena).rounded(to: 1),
            total_mib: total.rounded(to: 1), gflops: (Double(operations) / median / 1e9).rounded(to: 1),
            peak_gflops: peakRate.rounded(to: 1))
        if profile { result.profile = try ModelProfile(session, inputs, runs: runs, peak: peakRate) }
        return result
    }
}

extension ModelBenchmark.Result {
    var text: String {
        let what = training == true ? "training step" : "inference"
        let share = peak_gflops > 0 ? gflops / peak_gflops * 100 : 0
        return String(
            format: """
                %@, %@, %@, %@, %d threads, %@
                  median %.2f ms, least %.2f ms; compiled in %.1f ms
                  %.1f GFLOP/s, %.0f %% of the peak loop's %.1f
                  arena %.1f MiB; the process grew by %.1f MiB, to %.1f MiB
                """, model, what, shape.map(String.init).joined(separator: " × "), precision, threads, isa, median_ms,
            min_ms, compile_ms, gflops, share, peak_gflops, arena_mib, memory_mib, total_mib)
    }
}

extension Double {
    /// With so many decimals.
    func rounded(to decimals: Int) -> Double {
        let scale = Foundation.pow(10, Double(decimals))
        return (self * scale).rounded() / scale
    }
}
