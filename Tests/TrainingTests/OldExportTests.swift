import Foundation
import TesseraExecution
import TesseraImaging
import TesseraONNX
import TesseraTensors
import TesseraTraining
import Testing

/// A model that version 0.1.0 trained and exported, and what that version predicted for two phantoms.
@Suite struct OldExportTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/Export0.1").path
    private static let scores = ["phantom-00000.png": 47.181610107421875, "phantom-00003.png": 47.73965835571289]

    private func model() throws -> TrainedModel { try TrainedModel(onnx: Self.folder + "/model.onnx") }

    @Test func itPredictsWhatItDid() throws {
        let model = try model(), preprocessing = try #require(model.preprocessing)
        #expect(model.architecture == "small.onnx cut at pool" && preprocessing.size == 32)
        let predictor = try Predictor(model, execution: ExecutionOptions(threads: 1))
        for (name, score) in Self.scores {
            let image = try preprocessing.evaluation(Image(png: Self.folder + "/" + name))
            let found = try predictor.scores(for: Tensor(image.samples, shape: [1, 3, 32, 32]))
            #expect(abs(found[0] - score) < 1e-4)
        }
    }

    @Test func itIsABackbone() throws {
        let backbone = try Backbone(onnx: ONNXFile.model(path: Self.folder + "/model.onnx"), name: "old", size: 48)
        let (headed, parameters) = try backbone.withLinearHead(outputs: 1, seed: 1)
        #expect(parameters["head.weight"]?.shape == [1, 12])
        #expect(try headed.graph.bindingInput(to: [2, 3, 48, 48]).outputs.count == 1)
    }

    /// Exported anew, it says in full how images are prepared.
    @Test func itCanBeExportedAnew() throws {
        let model = try model(), exported = try model.onnx()
        #expect(exported.metadata.contains { $0.key == "tessera.image_steps" })
        #expect(
            exported.graph.initializers.count
                == (try ONNXFile.model(path: Self.folder + "/model.onnx")).graph.initializers.count)
    }
}
