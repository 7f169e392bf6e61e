import Foundation
import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

/// A network small enough to follow: convolution, norm, ReLU, mean, one output.
func tinyModel() throws -> Model {
    try Model(
        "tiny", input: TensorType(.float32, ["N", 1, 6, 6]),
        layer: Chain {
            Conv2D("stem", 3, kernel: 3, stride: 2)
            NormReLU("norm")
            Conv2D("mix", 4, kernel: 1)
            NormReLU("norm2")
            GlobalAveragePool2D()
            Dense("head", 1)
        })
}

func randomTensor(_ shape: [Int], seed: UInt64) -> Tensor {
    var stream = RandomStream(seed: seed, stream: 9)
    return Tensor((0..<shape.reduce(1, *)).map { _ in Float(stream.normal()) }, shape: shape)
}

@Suite struct TrainingGraphTests {
    private let images = randomTensor([4, 1, 6, 6], seed: 1), targets = randomTensor([4, 1], seed: 2)

    private func step(_ training: TrainingGraph, _ states: ParameterStore, rate: Float) throws -> (
        Evaluator.Result, ParameterStore
    ) {
        let inputs = [
            training.inputName: images, TrainingGraph.targetName: targets,
            TrainingGraph.learningRateName: Tensor(scalar: rate),
        ]
        let result = try Evaluator.run(training.graph, inputs: inputs, states: states.asDictionary)
        var next = states
        next.merge(ParameterStore(result.updates))
        return (result, next)
    }

    private func states(_ model: Model, _ training: TrainingGraph) -> ParameterStore {
        var store = model.initialParameters(seed: 7)
        store.merge(training.initialOptimizerStates)
        return store
    }

    @Test func everythingThatTrainsIsUpdated() throws {
        let model = try tinyModel()
        let training = try TrainingGraph(model: model.graph, inputShape: [4, 1, 6, 6], options: .init())
        let parameters = [
            "head.bias", "head.weight", "mix.weight", "norm.bias", "norm.weight", "norm2.bias", "norm2.weight",
            "stem.weight",
        ]
        let statistics = ["norm.running_mean", "norm.running_var", "norm2.running_mean", "norm2.running_var"]
        #expect(training.trained.sorted() == parameters)
        #expect(
            Set(training.graph.updates.map(\.path))
                == Set(parameters + statistics + parameters.map { "optimizer.momentum.\($0)" }))
        #expect(training.graph.outputs.map(\.name) == ["loss", "prediction"])
        #expect(training.notes.isEmpty)
        #expect(training.initialOptimizerStates.paths == parameters.map { "optimizer.momentum.\($0)" })
    }

    @Test(arguments: [
        Optimizer.paper, .sgd(momentum: 0), .sgd(momentum: 0.8, nesterov: true), .adam(),
        .adam(weightDecay: 0.1, decoupled: true),
    ])
    func theLossFalls(_ optimizer: Optimizer) throws {
        let model = try tinyModel()
        let training = try TrainingGraph(
            model: model.graph, inputShape: [4, 1, 6, 6], options: .init(loss: .l2, optimizer: optimizer))
        var states = states(model, training), losses: [Double] = []
        for _ in 0..<15 {
            let (result, next) = try step(training, states, rate: 0.02)
            losses.append(result.outputs["loss"]!.doubles()[0])
            states = next
        }
        #expect(losses.last! < 0.9 * losses[0])
        #expect(losses.allSatisfy { $0.isFinite })
    }

    @Test func twoStepsOfSGDAreThoseOfPyTorch() throws {
        // p' = p − rate · v', v' = 0.5 v + g + 0.1 p, by hand for p = 2, gradients 1 and 1.
        let update = SGDUpdate(momentum: 0.5, weightDecay: 0.1)
        let one = Tensor([1] as [Double], shape: [1]), rate = Tensor(scalar: 0.1)
        let first = try update.evaluate([
            Tensor([2] as [Double], shape: [1]), one, rate, Tensor([0] as [Double], shape: [1]),
        ])
        #expect(abs(first[0].doubles()[0] - 1.88) < 1e-12 && abs(first[1].doubles()[0] - 1.2) < 1e-12)
        let second = try update.evaluate([first[0], one, rate, first[1]])
        #expect(abs(second[1].doubles()[0] - 1.788) < 1e-12 && abs(second[0].doubles()[0] - 1.7012) < 1e-12)
    }

    @Test func theFirstStepOfAdamHasTheSizeOfTheRate() throws {
        let scalar = { (x: Double) in Tensor([x], shape: [1]) }
        let inputs = [scalar(2), scalar(-3), Tensor(scalar: 0.1), Tensor(scalar: Int64(0)), scalar(0), scalar(0)]
        #expect(abs(try AdamUpdate().evaluate(inputs)[0].doubles()[0] - 2.1) < 1e-9)
        let decoupled = try AdamUpdate(weightDecay: 0.5, decoupled: true).evaluate(inputs)
        #expect(abs(decoupled[0].doubles()[0] - 2.0) < 1e-9)
    }

    @Test func adamCountsItsSteps() throws {
        let model = try tinyModel()
        let training = try TrainingGraph(
            model: model.graph, inputShape: [4, 1, 6, 6], options: .init(optimizer: .adam()))
        var states = states(model, training)
        for _ in 0..<3 { states = try step(training, states, rate: 0.001).1 }
        #expect(states[Optimizer.counterPath] == Tensor(scalar: Int64(3)))
    }

    @Test func runningVarianceIsUnbiased() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("image", TensorType(.float32, [2, 1, 1, 2]))
        let one = TensorType(.float32, [1])
        let norm =
            try ["weight", "bias"].map { try builder.state($0, .parameter, one) }
            + ["mean", "variance"].map { try builder.state($0, .statistic, one) }
        builder.output("score", try builder.add(BatchNormalization(momentum: 0.75), [x] + norm)[0])
        let training = try TrainingGraph(model: builder.finish(), inputShape: [2, 1, 1, 2], options: .init())
        var states = training.initialOptimizerStates.asDictionary
        for (path, value) in [("weight", 1), ("bias", 0), ("mean", 0), ("variance", 1)] as [(String, Float)] {
            states[path] = Tensor([value], shape: [1])
        }
        let inputs = [
            "image": Tensor([1, 2, 3, 4] as [Float], shape: [2, 1, 1, 2]),
            "target": Tensor(zeros: .float32, shape: [2, 1, 1, 2]), "learningRate": Tensor(scalar: Float(0)),
        ]
        let updates = try Evaluator.run(training.graph, inputs: inputs, states: states).updates
        #expect(updates["mean"]!.doubles() == [0.625])
        #expect(abs(updates["variance"]!.doubles()[0] - (0.75 + 0.25 * 5 / 3)) < 1e-6)
    }

    @Test func batchStatisticsOfOneValueAreAnError() throws {
        let model = try Model(
            "single", input: TensorType(.float32, ["N", 2, 1, 1]), layer: Chain { BatchNorm("norm") })
        let error = #expect(throws: TesseraError.self) {
            try TrainingGraph(model: model.graph, inputShape: [1, 2, 1, 1], options: .init())
        }
        #expect(error?.location.contains("norm") == true)
    }

    @Test func frozenPathsKeepParametersAndStatistics() throws {
        let training = try TrainingGraph(
            model: tinyModel().graph, inputShape: [4, 1, 6, 6], options: .init(frozen: ["stem.*", "norm.*"]))
        #expect(training.trained.sorted() == ["head.bias", "head.weight", "mix.weight", "norm2.bias", "norm2.weight"])
        #expect(!training.graph.updates.contains { $0.path.hasPrefix("norm.") || $0.path.hasPrefix("stem.") })
        #expect(training.graph.updates.contains { $0.path == "norm2.running_mean" })
    }

    @Test func normPoliciesHold() throws {
        let graph = try tinyModel().graph
        let statistics = try TrainingGraph(
            model: graph.settingNormPolicy { _, _ in .frozenStatistics }, inputShape: [4, 1, 6, 6], options: .init())
        #expect(statistics.trained.contains("norm.weight"))
        #expect(!statistics.graph.updates.contains { $0.path.contains("running") })
        let frozen = try TrainingGraph(
            model: graph.settingNormPolicy { _, _ in .frozen }, inputShape: [4, 1, 6, 6], options: .init())
        #expect(!frozen.trained.contains { $0.hasPrefix("norm") })
    }

    @Test func clippingScalesAllGradientsToTheLimit() throws {
        let model = try tinyModel()
        func gradients(_ clip: Double?) throws -> [Double] {
            let options = TrainingGraph.Options(loss: .l2, optimizer: .sgd(momentum: 0), clipNorm: clip)
            let training = try TrainingGraph(model: model.graph, inputShape: [4, 1, 6, 6], options: options)
            let before = states(model, training), after = try step(training, before, rate: 1).1
            return training.trained.flatMap { path in
                zip(before[path]!.doubles(), after[path]!.doubles()).map { $0 - $1 }
            }
        }
        let plain = try gradients(nil), clipped = try gradients(0.01)
        let norm = plain.reduce(0) { $0 + $1 * $1 }.squareRoot(),
            clippedNorm = clipped.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(norm > 0.02)
        #expect(abs(clippedNorm - 0.01) < 1e-5)
        #expect(zip(plain, clipped).allSatisfy { abs($0 * 0.01 / norm - $1) < 1e-6 })
        #expect(try gradients(1e6).elementsEqual(plain) { abs($0 - $1) < 1e-6 })
    }

    @Test func mistakesAreErrors() throws {
        let graph = try tinyModel().graph
        func build(_ shape: [Int], _ options: TrainingGraph.Options = .init(), output: String? = nil) throws {
            _ = try TrainingGraph(model: graph, inputShape: shape, options: options, output: output)
        }
        #expect(throws: TesseraError.self) { try build([4, 3, 6, 6]) }
        #expect(throws: TesseraError.self) { try build([4, 1, 6]) }
        #expect(throws: TesseraError.self) { try build([0, 1, 6, 6]) }
        #expect(throws: TesseraError.self) { try build([4, 1, 6, 6], .init(frozen: ["*"])) }
        #expect(throws: TesseraError.self) { try build([4, 1, 6, 6], .init(optimizer: .sgd(momentum: 1.5))) }
        #expect(throws: TesseraError.self) { try build([4, 1, 6, 6], .init(clipNorm: 0)) }
        #expect(throws: TesseraError.self) { try build([4, 1, 6, 6], output: "nothing") }
    }

    @Test(arguments: [
        Optimizer.paper, .adam(beta1: 0.8), .adam(weightDecay: 0.01, decoupled: true),
        .sgd(momentum: 0, nesterov: true),
    ])
    func optionsComeBackFromJSON(_ optimizer: Optimizer) throws {
        let options = TrainingGraph.Options(loss: .l1, optimizer: optimizer, clipNorm: 2, frozen: ["a.*"])
        #expect(try JSONDecoder().decode(TrainingGraph.Options.self, from: JSONEncoder().encode(options)) == options)
    }
}
