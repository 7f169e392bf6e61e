import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Files made for a batch of one image, read with an open batch.
@Suite struct OpenedBatchTests {
    private func file(_ nodes: [ONNXNode], shapes: [String: [Int64]] = [:], batch: Int = 1) -> ONNXModel {
        var graph = ONNXGraph(name: "one", nodes: nodes)
        graph.inputs = [
            ONNXValueInfo(name: "x", element: .float32, dimensions: [.fixed(batch), .fixed(2), .fixed(2), .fixed(2)])
        ]
        graph.outputs = [ONNXValueInfo(name: "y", element: nil, dimensions: nil)]
        graph.initializers = shapes.map {
            ONNXInitializer(name: $0.key, tensor: Tensor($0.value, shape: [$0.value.count]))
        }
        return ONNXModel(irVersion: 8, operatorSets: ["": 17], graph: graph)
    }

    private func opened(_ model: ONNXModel) throws -> ImportedModel {
        try ONNXImporter.read(model, name: "one", options: ImportOptions(opensBatch: true))
    }

    private func run(_ graph: Graph, _ numbers: [Float]) throws -> Tensor {
        let x = Tensor(numbers, shape: [numbers.count / 8, 2, 2, 2])
        let isOpen = graph.inputs[0].type.dimensions[0].value == nil
        return try Evaluator.run(isOpen ? graph.binding(["N": x.shape[0]]) : graph, inputs: ["x": x]).outputs["y"]!
    }

    private static let first: [Float] = [1, 2, 3, 4, 5, 6, 7, 8], second: [Float] = [-1, 0, 9, 2, 4, 4, 3, -7]

    /// Whatever the spelling, each of two images gives what it gives alone in the file's own batch.
    @Test(arguments: [[1, 8], [1, -1], [-1, 8], [0, 8], [1, 4, 2], [1, 0, -1]] as [[Int64]])
    func aReshapeThatNamesTheBatchIsOpened(_ target: [Int64]) throws {
        let model = file([ONNXNode("Reshape", inputs: ["x", "s"], outputs: ["y"])], shapes: ["s": target])
        let alone = try ONNXImporter.read(model, name: "one"), both = try opened(model)
        let y = try run(both.graph, Self.first + Self.second)
        let expected = try [Self.first, Self.second].map { try run(alone.graph, $0) }
        #expect(y.shape == [2] + expected[0].shape.dropFirst())
        #expect(y.doubles() == expected.flatMap { $0.doubles() })
        #expect(both.notes.contains { $0.contains("fixes the batch at 1") })
    }

    @Test func aFlattenToOneRowIsOpened() throws {
        let model = file([ONNXNode("Flatten", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(0)])])
        let y = try run(opened(model).graph, Self.first + Self.second)
        #expect(y.shape == [2, 8] && y.doubles() == (Self.first + Self.second).map { Double($0) })
    }

    @Test func theNotesNameTheNodes() throws {
        let model = file(
            [ONNXNode("Reshape", name: "view", inputs: ["x", "s"], outputs: ["y"])], shapes: ["s": [1, 8]])
        #expect(try opened(model).notes.contains { $0.contains("view") })
    }

    /// What would mix images is refused, with the way out.
    @Test(arguments: [[8], [2, 4], [4, 2], [2, 1, 4]] as [[Int64]])
    func aReshapeThatMixesImagesIsRefused(_ target: [Int64]) throws {
        let model = file([ONNXNode("Reshape", inputs: ["x", "s"], outputs: ["y"])], shapes: ["s": target])
        _ = try ONNXImporter.read(model, name: "one")
        let error = try #require(throws: TesseraError.self) { try opened(model) }
        #expect(error.description.contains("dynamic_shapes"))
    }

    @Test func aMeanOverTheBatchIsRefused() throws {
        for keeps in [0, 1] as [Int64] {
            let model = file([
                ONNXNode(
                    "ReduceMean", name: "mean", inputs: ["x"], outputs: ["y"],
                    attributes: ["axes": .ints([0]), "keepdims": .int(keeps)])
            ])
            _ = try ONNXImporter.read(model, name: "one")
            let error = try #require(throws: TesseraError.self) { try opened(model) }
            #expect(error.description.contains("mean") && error.description.contains("apart"))
        }
    }

    @Test func aTransposeOfTheBatchIsRefused() throws {
        let model = file([
            ONNXNode("Transpose", inputs: ["x"], outputs: ["y"], attributes: ["perm": .ints([1, 0, 2, 3])])
        ])
        #expect(throws: TesseraError.self) { try opened(model) }
    }

    /// Only what the value needs is read: neither the operator behind it nor the second input.
    @Test func nodesBehindACutAreNotRead() throws {
        var model = file(
            [
                ONNXNode("Relu", inputs: ["x"], outputs: ["features"]),
                ONNXNode("Gelu", inputs: ["features"], outputs: ["z"]),
                ONNXNode("Add", inputs: ["z", "other"], outputs: ["y"]),
            ], shapes: ["unread": [1]])
        model.graph.inputs.append(ONNXValueInfo(name: "other", element: .float32, dimensions: [.fixed(1)]))
        #expect(throws: TesseraError.self) { try ONNXImporter.read(model, name: "one") }
        let imported = try ONNXImporter.read(model.cut(at: ["features"]), name: "one")
        #expect(imported.graph.inputs.map(\.name) == ["x"] && imported.graph.outputs.map(\.name) == ["features"])
        #expect(imported.notes.isEmpty)
        #expect(throws: TesseraError.self) { try model.cut(at: ["absent"]) }
    }
}
