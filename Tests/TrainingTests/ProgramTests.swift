import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct TrainingProgramTests {
    private static let losses = [Loss.smooth(), .l1, .l2, .binaryCrossEntropy]
    private static let optimizers = [
        Optimizer.paper, .sgd(momentum: 0, weightDecay: 0.1), .sgd(momentum: 0.9, nesterov: true),
        .adam(weightDecay: 0.1), .adam(weightDecay: 0.01, decoupled: true),
    ]

    /// A compiled step changes every state as the evaluator's step does.
    @Test(arguments: losses)
    func aCompiledStepAgreesWithTheEvaluator(_ loss: Loss) throws {
        let model = try Model(
            "small", input: TensorType(.float32, ["N", 1, 64, 64]), layer: ResNetDwise50(widths: [4, 6, 8, 10]))
        let training = try TrainingGraph(
            model: model.graph, inputShape: [3, 1, 64, 64], options: .init(loss: loss, clipNorm: 1))
        var states = model.initialParameters(seed: 1)
        states.merge(training.initialOptimizerStates)
        let session = try Session(Compiler.compile(training.graph, for: .training), parameters: states, threads: 2)
        let inputs = [
            "image": randomTensor([3, 1, 64, 64], seed: 3),
            "target": Tensor([0.1, 0.9, 0.4] as [Float], shape: [3, 1]), "learningRate": Tensor(scalar: Float(0.01)),
        ]
        let expected = try Evaluator.run(training.graph, inputs: inputs, states: states.asDictionary)
        let outputs = try session.run(inputs)
        #expect(abs(outputs["loss"]!.doubles()[0] - expected.outputs["loss"]!.doubles()[0]) < 1e-5)
        let compiled = session.states.snapshot()
        for (path, new) in expected.updates {
            let old = states[path]!.doubles(), ours = compiled[path]!.doubles(), theirs = new.doubles()
            let error = zip(ours, theirs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            let change = zip(old, theirs).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            #expect(error <= 1e-3 * change + 1e-7, "\(path)")
        }
    }

    /// Compiled updates agree with the definitions, and have the same bits for any number of threads.
    @Test(arguments: optimizers)
    func updatesAreThoseOfTheDefinition(_ optimizer: Optimizer) throws {
        let builder = GraphBuilder()
        let type = TensorType(.float32, [40_000])
        let parameter = try builder.state("p", .parameter, type), image = try builder.addInput("image", type)
        builder.output("y", try builder.add(Multiply(), [parameter, image])[0])
        let training = try TrainingGraph(
            model: builder.finish(), inputShape: [40_000],
            options: .init(loss: .l2, optimizer: optimizer, clipNorm: 1e-3))
        var states = training.initialOptimizerStates
        states["p"] = randomTensor([40_000], seed: 1)
        let program = try Compiler.compile(training.graph, for: .training)
        let sessions = try [1, 2, 3].map { try Session(program, parameters: states, threads: $0) }
        for step in 0..<3 {
            let inputs = [
                "image": randomTensor([40_000], seed: UInt64(10 + step)), "target": randomTensor([40_000], seed: 2),
                "learningRate": Tensor(scalar: Float(0.1)),
            ]
            states.merge(
                ParameterStore(try Evaluator.run(training.graph, inputs: inputs, states: states.asDictionary).updates))
            for session in sessions { _ = try session.run(inputs) }
        }
        let results = sessions.map { $0.states.snapshot() }
        #expect(results[0] == results[1] && results[0] == results[2])
        for path in states.paths {
            #expect(
                zip(results[0][path]!.doubles(), states[path]!.doubles()).allSatisfy {
                    abs($0 - $1) <= 1e-6 * max(1, abs($1))
                }, "\(path)")
        }
    }

    @Test func everyStepOfTheTrainingProgramHasAKernel() throws {
        let model = try Model("rd50", input: TensorType(.float32, ["N", 1, 64, 64]), layer: ResNetDwise50())
        for (loss, optimizer) in Self.losses.flatMap({ loss in Self.optimizers.map { (loss, $0) } }) {
            let options = TrainingGraph.Options(
                loss: loss, optimizer: optimizer, clipNorm: optimizer == .paper ? nil : 1)
            let training = try TrainingGraph(model: model.graph, inputShape: [4, 1, 64, 64], options: options)
            let program = try Compiler.compile(training.graph, for: .training)
            #expect(Set(program.stepsWithoutKernel.map { $0.op.mnemonic }) == [], "\(loss) \(optimizer)")
        }
    }
}
