import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraTensors
import TesseraTraining
import Testing

/// Every architecture compiled: only kernels, results of the definitions, the same bits for any number of threads.
@Suite struct CompiledModelTests {
    /// Parameters and statistics away from their initial values, so that every one of them counts and no model's signal
    /// fades.
    static func parameters(_ model: Model) -> ParameterStore {
        var store = model.initialParameters(seed: 1)
        for path in store.paths {
            let shape = store[path]!.shape
            let isScale = path.hasSuffix("weight") || path.hasSuffix("running_var")
            if shape.count > 1 {
                store[path] = Initializer.heNormal(fan: shape.dropFirst().reduce(1, *)).tensor(
                    shape: shape, path: path, seed: 2)
            } else {
                var stream = RandomStream(seed: 2, name: path)
                store[path] = Tensor(
                    (0..<shape[0]).map { _ in Float(stream.uniform(isScale ? 0.6...1.4 : -0.2...0.2)) }, shape: shape)
            }
        }
        return store
    }

    static func images(_ shape: [Int], seed: UInt64 = 3) -> Tensor {
        var stream = RandomStream(seed: seed, name: "image")
        return Tensor((0..<shape.reduce(1, *)).map { _ in Float(stream.normal()) }, shape: shape)
    }

    /// The largest difference over the largest size.
    static func distance(_ a: Tensor, _ b: Tensor) -> Double {
        zip(a.doubles(), b.doubles()).map { abs($0 - $1) }.max()! / max(b.doubles().map(abs).max()!, 1e-20)
    }

    @Test(arguments: ModelCatalog.standard.names)
    func inferenceAgreesWithTheDefinitions(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(outputs: 3, height: 64, width: 64)
        let parameters = Self.parameters(model), images = Self.images([2, 3, 64, 64])
        let program = try Compiler.compile(model.graph, for: .inference, binding: ["N": 2])
        #expect(program.stepsWithoutKernel.map { "\($0.op.mnemonic) @\($0.path)" } == [])
        let results = try [1, 2].map {
            try Session(program, parameters: parameters, threads: $0).run(["image": images])["score"]!
        }
        #expect(results[0] == results[1])
        let expected = try Evaluator.run(
            model.graph.binding(["N": 2]), inputs: ["image": images], states: parameters.asDictionary
        ).outputs["score"]!
        #expect(Self.distance(results[0], expected) < 1e-4)
        // The two images have scores of their own.
        #expect(abs(expected.doubles()[0] - expected.doubles()[3]) > 0.001 * abs(expected.doubles()[0]))
    }

    @Test(arguments: ModelCatalog.standard.names)
    func trainingStepsHaveKernels(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(height: 75, width: 65)
        let step = try TrainingGraph(model: model.graph, inputShape: [2, 3, 75, 65], options: TrainingGraph.Options())
        #expect(step.trained.count == model.graph.states.filter { $0.state.kind == .parameter }.count)
        let program = try Compiler.compile(step.graph, for: .training)
        #expect(program.stepsWithoutKernel.map { "\($0.op.mnemonic) @\($0.path)" } == [])
    }

    /// Norms with frozen statistics: those of a small image would make much of every rounding. Where a value within
    /// rounding of 0 falls on the other side of a ReLU, gradients jump by about a percent; so one of three images must
    /// agree, and kernels that are wrong agree with none.
    @Test(arguments: ModelCatalog.standard.names)
    func gradientsAgreeWithTheDefinitions(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(height: 40, width: 33)
        let step = try TrainingGraph(
            model: model.graph, inputShape: [1, 3, 40, 33], options: .init(frozen: ["*running_mean"]),
            outputsGradients: true)
        var states = Self.parameters(model)
        for (path, tensor) in step.initialOptimizerStates.asDictionary { states[path] = tensor }
        let program = try Compiler.compile(step.graph, for: .training)
        #expect(program.stepsWithoutKernel.map { "\($0.op.mnemonic) @\($0.path)" } == [])
        var worst = (output: "", distance: Double.infinity)
        for seed in 3...5 as ClosedRange<UInt64> where worst.distance > 1e-4 {
            let inputs = [
                "image": Self.images([1, 3, 40, 33], seed: seed), "target": Tensor([0.5] as [Float], shape: [1, 1]),
                "learningRate": Tensor(scalar: Float(0.01)),
            ]
            let results = try [1, 2].map { try Session(program, parameters: states, threads: $0).run(inputs) }
            #expect(results[0] == results[1])
            let expected = try Evaluator.run(step.graph, inputs: inputs, states: states.asDictionary).outputs
            #expect(expected.count == step.trained.count + 2)
            worst = expected.map { (output: $0.key, distance: Self.distance(results[0][$0.key]!, $0.value)) }.max {
                $0.distance < $1.distance
            }!
        }
        #expect(worst.distance < 1e-4, "\(worst)")
    }
}
