import Foundation
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraTensors
import Testing

/// Sizes of the architectures, against what their authors, or torchvision, state.
@Suite struct ModelCatalogTests {
    @Test(arguments: [
        ("resnet-dwise50", 1_887_241, 1024, 8.44e9), ("preactivation-resnet50", 23_502_401, 1024, 85.41e9),
        ("resnet-dsc50", 2_910_625, 1024, 13.73e9),
    ])
    func baselinesOfRadiographsHaveTheirSize(_ name: String, parameters: Int, size: Int, multiplyAdds: Double) throws {
        let entry = try ModelCatalog.standard.entry(named: name)
        #expect(entry.defaultSize == size)
        let graph = try entry.model().graph
        #expect(graph.elementCount(of: .parameter) == parameters)
        let counted = try Double(graph.multiplyAdds(binding: ["N": 1]))
        #expect(abs(counted - multiplyAdds) < 0.001 * multiplyAdds, "\(counted)")
    }

    /// Numbers of torchvision's model pages: parameters, and multiply-adds in billions, for 1000 classes at 224 × 224.
    @Test(arguments: [
        ("resnet50", 25_557_032, 4.09), ("densenet121", 7_978_856, 2.83), ("mobilenet-v2", 3_504_872, 0.30),
    ])
    func torchvisionModelsHaveTheirSize(_ name: String, parameters: Int, billions: Double) throws {
        let entry = try ModelCatalog.standard.entry(named: name)
        #expect(entry.defaultSize == 224)
        let graph = try entry.model(outputs: 1000).graph
        #expect(graph.elementCount(of: .parameter) == parameters)
        let counted = try Double(graph.multiplyAdds(binding: ["N": 1])) / 1e9
        #expect(abs(counted - billions) < 0.01, "\(counted)")
        #expect(try graph.multiplyAdds(binding: ["N": 3]) == 3 * graph.multiplyAdds(binding: ["N": 1]))
    }

    /// The paper: an eighth of the baseline's parameters.
    @Test func depthwiseSeparableConvolutionsTakeAnEighth() throws {
        let sizes = try ["resnet-dsc50", "preactivation-resnet50"].map {
            try Double(ModelCatalog.standard.entry(named: $0).model().graph.elementCount(of: .parameter))
        }
        #expect(abs(sizes[1] / sizes[0] - 8) < 0.1, "\(sizes)")
    }

    @Test func imagesThatAreTooSmallNameTheSmallestSize() throws {
        for name in ["resnet-dwise50", "resnet-dsc50", "densenet121"] {
            let entry = try ModelCatalog.standard.entry(named: name)
            let error = #expect(throws: TesseraError.self) { _ = try entry.model(height: 1) }
            let size = try #require(error?.accepted.split(separator: " ").last.flatMap { Int($0) }, "\(name)")
            _ = try entry.model(height: size)
            #expect(throws: TesseraError.self) { _ = try entry.model(height: size - 1) }
        }
    }

    @Test func multiplyAddsNeedNumbers() throws {
        let graph = try ModelCatalog.standard.entry(named: "mobilenet-v2").model().graph
        #expect(throws: TesseraError.self) { try graph.multiplyAdds() }
    }

    @Test(arguments: ModelCatalog.standard.names)
    func outputsFollowChannelsSizeAndNumber(_ name: String) throws {
        let graph = try ModelCatalog.standard.entry(named: name).model(
            inputChannels: 1, outputs: 5, height: 75, width: 101
        ).graph
        #expect(graph.name == name)
        #expect(graph.inputs.map(\.name) == ["image"])
        #expect(graph.inputs[0].type == TensorType(.float32, ["N", 1, 75, 101]))
        #expect(graph.outputs.map(\.name) == ["score"])
        #expect(graph.type(of: graph.outputs[0].value) == TensorType(.float32, ["N", 5]))
    }

    /// The table of docs/models.md is what the models say of themselves.
    @Test(arguments: ModelCatalog.standard.entries.map(\.name))
    func documentationStatesTheSizes(_ name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/models.md"), encoding: .utf8)
        let entry = try ModelCatalog.standard.entry(named: name)
        let graph = try entry.model().graph
        let billions = try Double(graph.multiplyAdds(binding: ["N": 1])) / 1e9
        let size =
            "\(entry.defaultSize) × \(entry.defaultSize) | \(graph.elementCount(of: .parameter).formatted(.number.locale(Locale(identifier: "en_US"))))"
        let row = "| `\(name)` | `\(type(of: entry.layer(1)))` | \(size) | \(String(format: "%.2f", billions)) G |"
        #expect(page.contains(row), "\(row)")
    }

    @Test(arguments: ModelCatalog.standard.names)
    func graphsComeBackFromTheirText(_ name: String) throws {
        let graph = try ModelCatalog.standard.entry(named: name).model().graph
        #expect(try GraphText.parse(GraphText.print(graph), catalog: .standard) == graph)
    }

    @Test func unknownNamesAreAnsweredWithTheKnownOnes() throws {
        #expect { try ModelCatalog.standard.entry(named: "resnet-51") } throws: { error in
            let text = "\(error)"
            return text.contains("resnet-51") && ModelCatalog.standard.names.allSatisfy { text.contains($0) }
        }
        let entry = try ModelCatalog.standard.entry(named: "resnet50")
        #expect(throws: TesseraError.self) { try entry.model(inputChannels: 0) }
        #expect(throws: TesseraError.self) { try entry.model(outputs: -1) }
    }
}
