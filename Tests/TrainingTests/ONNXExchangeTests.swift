import TesseraImaging
import TesseraONNX
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct ONNXExchangeTests {
    private func trained(logits: Bool = false) throws -> TrainedModel {
        let model = try tinyModel()
        return TrainedModel(
            graph: model.graph, parameters: model.initialParameters(seed: 5), architecture: "tiny",
            scoreScale: logits ? .identity : ScoreScale(mean: 30, deviation: 12), predictsLogits: logits,
            preprocessing: try Preprocessing(
                size: 6, channels: 1, normalization: Normalization(mean: [0.4], deviation: [0.2])),
            trainingData: TrainingData(seed: 3, contentDigest: "c", isSynthetic: true, images: [0, 7, .max])
        )
    }

    @Test(arguments: OutputUnits.allCases, [false, true])
    func exportedModelsScoreAsBefore(_ units: OutputUnits, _ logits: Bool) throws {
        let folder = try TemporaryFolder(), path = folder.path + "/model.onnx", model = try trained(logits: logits)
        try model.writeONNX(to: path, units: units)
        let read = try TrainedModel(onnx: path)
        #expect(read.architecture == "tiny" && read.preprocessing == model.preprocessing)
        #expect(read.trainingData == model.trainingData)
        #expect(read.predictsLogits == (logits && units == .z))
        #expect(read.scoreScale == (units == .z ? model.scoreScale : .identity))
        let images = Tensor((0..<72).map { Float($0 % 7) - 3 }, shape: [2, 1, 6, 6])
        let scores = try [model, read].map { try Predictor($0, execution: .init(threads: 1)).scores(for: images) }
        for (a, b) in zip(scores[0], scores[1]) { #expect(abs(a - b) <= 1e-5 * abs(a)) }
        // What came back is written as the same bytes.
        let bytes = try ONNXFile.bytes(of: read.onnx(units: units))
        #expect(try bytes == ONNXFile.bytes(of: TrainedModel(onnx: path).onnx(units: units)))
    }
}
