import Foundation
import TesseraLayers
import TesseraTensors
import TesseraTraining
import Testing

/// Weights that are no numbers, in files of others.
@Suite struct ForeignWeightTests {
    @Test func aNaNInAnONNXFileIsNamed() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/model.onnx", model = try tinyModel()
        var parameters = model.initialParameters(seed: 1)
        let sentinel: Float = 12345.678
        parameters["mix.weight"]?.withMutableElements(Float.self) { $0[5] = sentinel }
        try TrainedModel(graph: model.graph, parameters: parameters, architecture: "tiny").writeONNX(to: path)
        _ = try TrainedModel(onnx: path)

        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        func bytes(_ value: Float) -> Data { withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) } }
        let place = try #require(file.range(of: bytes(sentinel)))
        file.replaceSubrange(place, with: bytes(.nan))
        try file.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: TesseraError.self) { try TrainedModel(onnx: path) }
        #expect("\(error!)".contains("tensor mix.weight: 1 of 12 numbers that are infinite or NaN"), "\(error!)")
    }
}
