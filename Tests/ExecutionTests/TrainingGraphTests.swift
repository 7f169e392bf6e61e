import Testing
import TesseraAutodiff
import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors

/// A whole model with its gradients: autodiff against finite differences, and compiled against the evaluator.
@Suite struct TrainingGraphTests {
    /// mean(score²) with the gradients of all parameters as outputs, in the given element type. One unit a stage: with
    /// all sixteen, batch norms over so few pixels enlarge roundings until values change sign before a ReLU, and
    /// gradients of float32 say nothing any more.
    static func lossAndGradients(_ element: ElementType) throws -> (
        graph: Graph, parameters: ParameterStore, image: Tensor
    ) {
        var network = ResNetDwise50(widths: [4, 6, 8, 10])
        network.depths = [1, 1, 1, 1]
        let model = try Model("small", input: TensorType(.float32, [2, 3, 33, 33]), layer: network)
        let prepared = try Pipeline([PrepareNormsForTraining()]).run(
            model.graph.changingElements(from: .float32, to: element))
        let builder = GraphBuilder(prepared)
        let score = prepared.outputs[0].value
        let loss = try builder.add(ReduceMean(), builder.add(Multiply(), [score, score]))[0]
        let targets = prepared.states.filter { $0.state.kind == .parameter }
        let gradients = try Autodiff.gradients(of: loss, withRespectTo: targets.map(\.value), in: builder)
        builder.output("loss", loss)
        for (target, gradient) in zip(targets, gradients) { builder.output(target.state.path, gradient) }
        var parameters = ParameterStore()
        let initial = model.initialParameters(seed: 5)
        for path in initial.paths { parameters[path] = initial[path]!.converted(to: element) }
        var stream = RandomStream(seed: 3, name: "image")
        let image = Tensor(
            doubles: (0..<2 * 3 * 33 * 33).map { _ in stream.normal() }, element: element, shape: [2, 3, 33, 33])
        return (try builder.finish(), parameters, image)
    }

    @Test func gradientsAgreeWithFiniteDifferences() throws {
        let (graph, parameters, image) = try Self.lossAndGradients(.float64)
        let result = try Evaluator.run(graph, inputs: ["image": image], states: parameters.asDictionary)
        var stream = RandomStream(seed: 4, name: "probe")
        for path in [
            "stem.weight", "blocks.0.norm1.weight", "blocks.1.filter.weight", "blocks.2.shortcut.1.weight",
            "blocks.3.norm3.bias", "head.weight",
        ] {
            let direction = parameters[path]!.doubles().map { _ in stream.normal() }
            func loss(_ step: Double) throws -> Double {
                var moved = parameters
                let tensor = parameters[path]!
                moved[path] = Tensor(zip(tensor.doubles(), direction).map { $0 + step * $1 }, shape: tensor.shape)
                return try Evaluator.run(graph, inputs: ["image": image], states: moved.asDictionary).outputs["loss"]!
                    .doubles()[0]
            }
            let h = 1e-7
            let numeric = (try loss(h) - loss(-h)) / (2 * h)
            let analytic = zip(result.outputs[path]!.doubles(), direction).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(numeric - analytic) <= 1e-4 * max(abs(analytic), 1e-6), "\(path): \(numeric) and \(analytic)")
        }
    }

    @Test func compiledTrainingAgreesWithTheEvaluator() throws {
        let (graph, parameters, image) = try Self.lossAndGradients(.float32)
        let expected = try Evaluator.run(graph, inputs: ["image": image], states: parameters.asDictionary)
        let program = try Compiler.compile(graph, for: .training)
        let session = try Session(program, parameters: parameters, threads: 2)
        let result = try session.run(["image": image])
        let updated = session.states.snapshot()
        // Relative, but for gradients that vanish: the scale of a norm that only a convolution and another norm follow
        // changes nothing, and its gradient is rounding alone, about 1e-6 where others are 0.1.
        func distance(_ a: Tensor, _ b: Tensor) -> Double {
            let difference = zip(a.doubles(), b.doubles()).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return (difference / max(b.doubles().reduce(0) { $0 + $1 * $1 }, 1e-6)).squareRoot()
        }
        for (name, tensor) in expected.outputs { #expect(distance(result[name]!, tensor) < 2e-4, "\(name)") }
        for (path, tensor) in expected.updates { #expect(distance(updated[path]!, tensor) < 1e-5, "\(path)") }
    }
}
