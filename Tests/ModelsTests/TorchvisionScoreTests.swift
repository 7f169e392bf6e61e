import Foundation
import TesseraCompiler
import TesseraExecution
import TesseraLayers
import TesseraModels
import TesseraTensors
import Testing

/// Scores of torchvision's own models for the weights and the image that `Tests/Interop/torchvision_scores.py`
/// describes: the graphs are torchvision's, and weights fit by name.
@Suite struct TorchvisionScoreTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Golden/TorchvisionScores")

    static func fractions(_ name: String, _ count: Int) -> [Double] {
        let hash = Double(name.utf8.reduce(0) { $0 + Int($1) } % 97)
        return (0..<count).map { index in
            let value = sin(12.9898 * Double(index) + 78.233 * hash) * 43758.5453
            return value - value.rounded(.down)
        }
    }

    static func value(_ path: String, _ shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *), limit = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
        let isScale = path.hasSuffix("weight") || path.hasSuffix("running_var")
        return Tensor(
            fractions(path, count).map { u in
                Float(shape.count > 1 ? (2 * u - 1) * limit : isScale ? 0.6 + 0.8 * u : 0.4 * u - 0.2)
            }, shape: shape)
    }

    @Test(arguments: ["resnet50", "densenet121", "mobilenet-v2"])
    func scoresAreTorchvisions(_ name: String) throws {
        let lines = try String(contentsOf: Self.folder.appending(path: "\(name).txt"), encoding: .utf8).split(
            separator: "\n")
        let expected = try lines.map { try #require(Double($0)) }
        let model = try ModelCatalog.standard.entry(named: name).model(outputs: 4, height: 75, width: 90)
        var parameters = ParameterStore()
        for entry in model.graph.states {
            parameters[entry.state.path] = Self.value(entry.state.path, entry.state.type.shape!)
        }
        let image = Tensor(Self.fractions("image", 3 * 75 * 90).map { Float(4 * $0 - 2) }, shape: [1, 3, 75, 90])
        let program = try Compiler.compile(model.graph, for: .inference, binding: ["N": 1])
        let scores = try Session(program, parameters: parameters, threads: 2).run(["image": image])["score"]!
        #expect(expected.count == 4 && scores.shape == [1, 4])
        let size = expected.map(abs).max()!
        for (score, reference) in zip(scores.doubles(), expected) {
            #expect(abs(score - reference) < 1e-4 * size, "\(score) and \(reference)")
        }
    }
}
