import Testing
import TesseraAutodiff
import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraTensors

@Suite struct ExecutorTests {
    static func smallModel() throws -> Model {
        try Model("small", input: TensorType(.float32, ["N", 3, 33, 33]), layer: ResNetDwise50(widths: [4, 6, 8, 10]))
    }

    @Test func modelHasTheExpectedParameters() throws {
        let model = try Model("rd50", input: TensorType(.float32, ["N", 3, 1024, 1024]), layer: ResNetDwise50())
        print(model.graph.elementCount(of: .parameter))
        let text = GraphText.print(model.graph)
        #expect(try GraphText.parse(text, catalog: .standard) == model.graph)
    }

    @Test func inferenceAgreesWithTheEvaluator() throws {
        let model = try Self.smallModel()
        let parameters = model.initialParameters(seed: 1)
        var stream = RandomStream(seed: 2, name: "image")
        let image = Tensor((0..<2 * 3 * 33 * 33).map { _ in Float(stream.normal()) }, shape: [2, 3, 33, 33])
        let program = try Compiler.compile(model.graph, for: .inference, binding: ["N": 2])
        let session = try Session(program, parameters: parameters, threads: 2)
        let result = try session.run(["image": image])["score"]!
        let expected = try Evaluator.run(model.graph.binding(["N": 2]), inputs: ["image": image], states: parameters.asDictionary).outputs["score"]!
        for (a, b) in zip(result.doubles(), expected.doubles()) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
        print(program.plan.byteCount, program.plan.lowerBound, program.stepsWithoutKernel.count)
    }
}
