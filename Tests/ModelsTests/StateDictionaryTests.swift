import Foundation
import TesseraLayers
import TesseraModels
import Testing

/// Paths and shapes against torchvision's `state_dict`, as `Tests/Interop/list_state_dict.py` writes them.
@Suite struct StateDictionaryTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Golden/StateDictionaries")

    @Test(arguments: ["resnet50", "densenet121", "mobilenet-v2"])
    func pathsAndShapesAreTorchvisions(_ name: String) throws {
        let expected = try String(contentsOf: Self.folder.appending(path: "\(name).txt"), encoding: .utf8).split(
            separator: "\n"
        ).map(String.init)
        let graph = try ModelCatalog.standard.entry(named: name).model(outputs: 1000).graph
        let found = graph.states.map { entry in
            "\(entry.state.path) \(entry.state.type.shape!.map(String.init).joined(separator: "x"))"
        }
        #expect(expected.count > 200)
        #expect(found.count == expected.count)
        #expect(Set(found).symmetricDifference(expected).sorted() == [])
        let statistics = graph.states.filter { $0.state.kind == .statistic }.map(\.state.path)
        #expect(statistics.allSatisfy { $0.hasSuffix("running_mean") || $0.hasSuffix("running_var") })
    }

    @Test func initialValuesAreDrawnAsInTorchvision() throws {
        let resnet = try ModelCatalog.standard.entry(named: "resnet50").model().initializers
        #expect(resnet["layer1.0.conv1.weight"] == .heNormal(fan: 64))
        #expect(resnet["layer1.0.conv2.weight"] == .heNormal(fan: 64 * 9))
        #expect(resnet["layer2.0.downsample.0.weight"] == .heNormal(fan: 512))
        #expect(resnet["fc.bias"] == .uniform(limit: 1 / 2048.0.squareRoot()))
        let densenet = try ModelCatalog.standard.entry(named: "densenet121").model().initializers
        #expect(densenet["features.conv0.weight"] == .heNormal(fan: 3 * 49))
        #expect(densenet["features.denseblock1.denselayer1.conv2.weight"] == .heNormal(fan: 128 * 9))
        #expect(densenet["classifier.weight"] == .uniform(limit: 1 / 32))
        #expect(densenet["classifier.bias"] == .zeros)
        let mobile = try ModelCatalog.standard.entry(named: "mobilenet-v2").model().initializers
        #expect(mobile["features.1.conv.0.0.weight"] == .heNormal(fan: 32 * 9))
        #expect(mobile["features.2.conv.2.weight"] == .heNormal(fan: 24))
        #expect(mobile["classifier.1.weight"] == .normal(deviation: 0.01))
        #expect(mobile["classifier.1.bias"] == .zeros)
    }
}
