import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Shapes of tensors without elements: a 0 among their extents is one, and no copy of another.
@Suite struct EmptyTensorTests {
    private func importing(
        _ type: String, _ x: [Dimension], _ constant: Tensor? = nil, _ attributes: [String: ONNXAttribute] = [:]
    ) throws -> Graph {
        var model = model(
            [node(type, constant == nil ? ["x"] : ["x", "c"], "y", attributes)], constant.map { ["c": $0] } ?? [:])
        model.graph.outputs[0].dimensions = nil
        return try ONNXImporter.read(model.with(x: x.map { $0 }), name: "m").graph
    }

    private func dimensions(
        _ type: String, _ x: [Dimension], _ constant: Tensor? = nil, _ attributes: [String: ONNXAttribute] = [:]
    ) throws -> [Dimension] {
        let graph = try importing(type, x, constant, attributes)
        return graph.type(of: graph.outputs[0].value).dimensions
    }

    @Test func axesAreInsertedAndRemoved() throws {
        #expect(try dimensions("Unsqueeze", [2, 0], integers(0)) == [1, 2, 0])
        #expect(try dimensions("Unsqueeze", [0, 2], integers(0, 2)) == [1, 0, 1, 2])
        #expect(try dimensions("Squeeze", [1, 0, 3], integers(0)) == [0, 3])
        #expect(try dimensions("Squeeze", [1, 3, 1, 0]) == [3, 0])
    }

    @Test func axesAreJoined() throws {
        func flattened(_ x: [Dimension], _ axis: Int64) throws -> [Dimension] {
            try dimensions("Flatten", x, nil, ["axis": .int(axis)])
        }
        #expect(try flattened([0, 3], 1) == [0, 3])
        #expect(try flattened([2, 3, 0], 2) == [6, 0])
        #expect(try flattened([2, 0, 3], 0) == [1, 0])
        #expect(try flattened([2, 0, 3], 3) == [0, 1])
        #expect(try flattened(["N", 0, 3], 1) == ["N", 0])
        #expect(throws: TesseraError.self) { try flattened(["N", 0, 0], 2) }
    }

    @Test func aReshapeMayStateZeros() throws {
        let allowzero: [String: ONNXAttribute] = ["allowzero": .int(1)]
        #expect(try dimensions("Reshape", [2, 0, 3], integers(0, 7), allowzero) == [0, 7])
        #expect(try dimensions("Reshape", [2, 0, 3], integers(5, 0), allowzero) == [5, 0])
        #expect(try dimensions("Reshape", [2, 0, 3], integers(0, 0)) == [2, 0])
        #expect(try dimensions("Reshape", [2, 3], integers(3, -1), allowzero) == [3, 2])
        let both = failure(
            model([node("Reshape", ["x", "c"], "y", allowzero)], ["c": integers(0, -1)]).with(x: [2, 0]))
        #expect(both?.kind == .invalid && both?.found == "the shape [0, -1] with allowzero")
        for shape in [integers(0, 2), integers(2, 0, 3)] {
            #expect(throws: TesseraError.self) { try dimensions("Reshape", [2, 3], shape, allowzero) }
        }
    }

    @Test func namesStayInTheirPlacesBesideZeros() throws {
        #expect(try dimensions("Unsqueeze", ["N", 0], integers(2)) == ["N", 0, 1])
        #expect(try dimensions("Squeeze", ["N", 0, 1], integers(2)) == ["N", 0])
        for axis in [0, 1] as [Int64] {
            #expect(throws: TesseraError.self) { try dimensions("Unsqueeze", ["N", 0], integers(axis)) }
        }
    }

    @Test func productsWithVectorsMayBeEmpty() throws {
        let weight = Tensor([] as [Float], shape: [3, 0])
        #expect(try dimensions("MatMul", [3], weight) == [0])
        #expect(try dimensions("MatMul", [4, 3], weight) == [4, 0])
    }

    @Test func zerosAreWrittenFromOpset14On() throws {
        let graph = try importing("Unsqueeze", [2, 0], integers(0))
        let model = try ONNXExporter.model(graph, parameters: ParameterStore())
        #expect(model.graph.nodes[0].attributes == ["allowzero": .int(1)])
        let error = #expect(throws: TesseraError.self) {
            try ONNXExporter.model(graph, parameters: ParameterStore(), options: ExportOptions(opset: 13))
        }
        #expect(error?.accepted == "opset 14 or newer")
        let plain = try importing("Unsqueeze", [2, 3], integers(0))
        let old = try ONNXExporter.model(plain, parameters: ParameterStore(), options: ExportOptions(opset: 13))
        #expect(old.graph.nodes[0].attributes.isEmpty)
    }
}
