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
    /// Parameters and statistics away from their initial values, so that every one of them counts.
    static func parameters(_ model: Model) -> ParameterStore {
        var store = model.initialParameters(seed: 1)
        for path in store.paths where store[path]!.rank == 1 {
            var stream = RandomStream(seed: 2, name: path)
            let isScale = path.hasSuffix("weight") || path.hasSuffix("running_var")
            let values = (0..<store[path]!.shape[0]).map { _ in Float(stream.uniform(isScale ? 0.6...1.4 : -0.2...0.2)) }
            store[path] = Tensor(values, shape: store[path]!.shape)
        }
        return store
    }

    static func images(_ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 3, name: "image")
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
        let results = try [1, 2].map { try Session(program, parameters: parameters, threads: $0).run(["image": images])["score"]! }
        #expect(results[0] == results[1])
        let expected = try Evaluator.run(model.graph.binding(["N": 2]), inputs: ["image": images], states: parameters.asDictionary).outputs["score"]!
        #expect(Self.distance(results[0], expected) < 1e-4)
    }

    @Test(arguments: ModelCatalog.standard.names)
    func trainingStepsHaveKernels(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(height: 75, width: 65)
        let step = try TrainingGraph(model: model.graph, inputShape: [2, 3, 75, 65], options: TrainingGraph.Options())
        #expect(step.trained.count == model.graph.states.filter { $0.state.kind == .parameter }.count)
        let program = try Compiler.compile(step.graph, for: .training)
        #expect(program.stepsWithoutKernel.map { "\($0.op.mnemonic) @\($0.path)" } == [])
    }
}
