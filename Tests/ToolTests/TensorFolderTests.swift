import Foundation
import TesseraTraining
import TesseraIR
import TesseraONNX
import TesseraTensors
import Testing

/// `run` with every tensor that lies in the folder, and `predict` with several outputs.
@Suite struct TensorFolderTests {
    private let folder = TemporaryFolder()

    private func tensor(_ numbers: Float...) -> Tensor { Tensor(numbers, shape: [numbers.count]) }

    /// y = x + w, with w = [10, 20] among the inputs and the initialisers.
    private func writeSum() throws {
        let graph = ONNXGraph(
            name: "sum", nodes: [ONNXNode("Add", inputs: ["x", "w"], outputs: ["y"])],
            initializers: [ONNXInitializer(name: "w", tensor: tensor(10, 20))],
            inputs: ["w", "x"].map { ONNXValueInfo(name: $0, element: .float32, dimensions: [.fixed(2)]) },
            outputs: [ONNXValueInfo(name: "y", element: .float32, dimensions: [.fixed(2)])])
        try ONNXFile.write(
            ONNXModel(irVersion: 8, operatorSets: ["": 17], graph: graph), to: folder.path("model.onnx"))
        try ONNXFile.write(tensor(1, 2), name: "x", to: folder.path("input_0.pb"))
    }

    private func run() throws -> Tool.Result {
        try Tool.run("run", folder.path("model.onnx"), "--input-dir", folder.path, "--output-dir", folder.path("out"))
    }

    private func output() throws -> [Float] { try ONNXFile.tensor(path: folder.path("out/output_0.pb")).array() }

    @Test func aTensorForAnInitialiserAmongTheInputsReplacesIt() throws {
        try writeSum()
        #expect(try run().status == 0)
        #expect(try output() == [11, 22])
        try ONNXFile.write(tensor(100, 200), name: "w", to: folder.path("input_1.pb"))
        #expect(try run().status == 0)
        #expect(try output() == [101, 202])
        try ONNXFile.write(tensor(1, 2, 3), name: "w", to: folder.path("input_1.pb"))
        let result = try run()
        #expect(result.status == 1 && result.errors.contains("initialiser w"), "\(result.errors)")
    }

    @Test func aSurplusTensorIsRefused() throws {
        try writeSum()
        try ONNXFile.write(tensor(1, 2), name: "more", to: folder.path("input_2.pb"))
        let result = try run()
        #expect(result.status == 1 && result.errors.contains("input_2.pb"), "\(result.errors)")
        #expect(result.errors.contains("2 inputs") && !folder.contains("out/output_0.pb"))
    }

    @Test func theOutputWithTheScoresIsNamed() throws {
        let run = try Fixture.shared.get().run, image = try Fixture.shared.get().data + "/phantom-00000.png"
        let whole = folder.path("whole.onnx"), several = folder.path("several.onnx")
        #expect(try Tool.run("export", run, "--out", whole).status == 0)
        var model = try ONNXFile.model(path: whole)
        let score = model.graph.outputs[0].name
        model.graph.nodes.append(ONNXNode("Mul", name: "twice", inputs: [score, "two"], outputs: ["double"]))
        model.graph.initializers.append(ONNXInitializer(name: "two", tensor: Tensor(scalar: Float(2))))
        model.graph.outputs.append(ONNXValueInfo(name: "double", element: .float32, dimensions: nil))
        try ONNXFile.write(model, to: several)
        func scores(_ model: String, _ more: String...) throws -> Double {
            let result = try Tool.run(["predict", model, image, "--json"] + more)
            let entries = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
            return try #require(entries?.first?["score"] as? Double, "\(result.errors)")
        }
        let single = try scores(whole)
        #expect(try scores(several, "--output", score) == single)
        #expect(try abs(scores(several, "--output", "double") - 2 * single) <= 1e-5 * abs(single))
        let unnamed = try Tool.run("predict", several, image)
        #expect(unnamed.status == 1 && unnamed.errors.contains("--output with one of \(score), double"))
        let wrong = try Tool.run("predict", several, image, "--output", "third")
        #expect(wrong.status == 1 && wrong.errors.contains("third"))
    }
}
