import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct ParameterTransferTests {
    private func store(_ shapes: [String: [Int]], value: Float) -> ParameterStore {
        ParameterStore(shapes.mapValues { Tensor(Array(repeating: value, count: $0.reduce(1, *)), shape: $0) })
    }

    @Test func whatAgreesInPathAndShapeIsTaken() throws {
        let initial = store(["a.weight": [2, 3], "b.weight": [4], "head.weight": [1, 4]], value: 0)
        let source = store(["a.weight": [2, 3], "b.weight": [5], "old.bias": [1]], value: 1)
        let transfer = try ParameterTransfer(from: source, named: "file", into: initial)
        #expect(transfer.taken == ["a.weight"] && transfer.new == ["b.weight", "head.weight"])
        #expect(transfer.left.map(\.path) == ["b.weight", "old.bias"])
        #expect(transfer.left[0].target?.shape == [4] && transfer.left[1].target == nil)
        #expect(
            transfer.parameters["a.weight"] == source["a.weight"]
                && transfer.parameters["b.weight"] == initial["b.weight"])
    }

    @Test func nothingTakenIsAnError() {
        #expect(throws: TesseraError.self) {
            try ParameterTransfer(
                from: store(["module.a": [2]], value: 1), named: "file", into: store(["a": [2]], value: 0))
        }
    }
}

@Suite struct BackboneTests {
    /// A classifier of ten classes whose graph has the fixed batch and size of an exported one.
    private func classifier() throws -> (graph: Graph, parameters: ParameterStore) {
        let layers = Chain {
            Conv2D("conv", 8, kernel: 3, stride: 2)
            NormReLU("norm")
            GlobalAveragePool2D()
            Dense("hidden", 5)
            Dense("classes", 10)
        }
        let model = try Model("classifier", input: TensorType(.float32, shape: [1, 3, 32, 32]), layer: layers)
        return (model.graph, model.initialParameters(seed: 1))
    }

    @Test func theDefaultCutIsTheLastGlobalPooling() throws {
        let (graph, parameters) = try classifier()
        let backbone = try Backbone(graph, parameters: parameters, size: 48)
        let (model, all) = try backbone.withLinearHead(outputs: 1, seed: 3)
        #expect(
            model.graph.states.map(\.state.path).sorted() == [
                "conv.weight", "head.bias", "head.weight", "norm.bias", "norm.running_mean", "norm.running_var",
                "norm.weight",
            ])
        #expect(all["conv.weight"] == parameters["conv.weight"] && all["head.weight"]?.shape == [1, 8])
        #expect(model.graph.inputs[0].type.dimensions == [.named("N"), .fixed(3), .fixed(48), .fixed(48)])
        #expect(try model.graph.bindingInput(to: [2, 3, 48, 48]).outputs.count == 1)
    }

    @Test func aNodeCanBeNamed() throws {
        let (graph, parameters) = try classifier()
        let backbone = try Backbone(graph, parameters: parameters, cut: "hidden")
        #expect(try backbone.withLinearHead(outputs: 1, seed: 3).parameters["head.weight"]?.shape == [1, 5])
        #expect(throws: TesseraError.self) { try Backbone(graph, parameters: parameters, cut: "absent") }
        // A parameter does not depend on the images.
        #expect(throws: TesseraError.self) { try Backbone(graph, parameters: parameters, cut: "conv.weight") }
    }
}
