import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// Every rule of the verifier broken once.
@Suite struct VerifierTests {
    private static let type = TensorType(.float32, [2])
    private static let input = Node(id: NodeID(0), op: Input(name: "x", type: type), inputs: [], outputTypes: [type])
    private static let state = Node(
        id: NodeID(1), op: State(path: "w", kind: .parameter, type: type), inputs: [], outputTypes: [type])

    private static func relu(_ id: Int, of inputs: [Value], type: TensorType = type) -> Node {
        Node(id: NodeID(id), op: Relu(), inputs: inputs, outputTypes: [type], path: "layer.1")
    }

    private static func expectBroken(
        _ rule: String, _ nodes: [Node], outputs: [Graph.Output] = [], updates: [Graph.Update] = [],
        naming place: String
    ) {
        var graph = Graph(unchecked: nodes)
        graph.outputs = outputs
        graph.updates = updates
        let error = #expect(throws: TesseraError.self) { try Verifier.verify(graph) }
        #expect(
            error?.location.contains("rule \(rule)") == true && error?.location.contains(place) == true,
            "\(error?.description ?? "")")
    }

    @Test func aSoundGraphPasses() throws {
        var graph = Graph(unchecked: [Self.input, Self.state, Self.relu(2, of: [Self.input.output()])])
        graph.outputs = [.init(name: "y", value: Value(NodeID(2))), .init(name: "z", value: Value(NodeID(2)))]
        graph.updates = [.init(path: "w", value: Value(NodeID(0)))]
        try Verifier.verify(graph)
    }

    @Test func idsAreUnique() {
        Self.expectBroken("R1", [Self.input, Self.relu(0, of: [Self.input.output()])], naming: "%0 relu layer.1")
    }

    @Test func inputsComeFromEarlierNodes() {
        Self.expectBroken("R2", [Self.relu(2, of: [Self.input.output()]), Self.input], naming: "%2 relu layer.1")
        Self.expectBroken("R2", [Self.input, Self.relu(2, of: [Self.input.output(1)])], naming: "%2 relu layer.1")
    }

    @Test func typesAreThoseOfTheOpAndAttributesAreInRange() {
        Self.expectBroken(
            "R3", [Self.input, Self.relu(2, of: [Self.input.output()], type: TensorType(.float32, [3]))],
            naming: "%2 relu layer.1")
        Self.expectBroken("R3", [Self.input, Self.relu(2, of: [])], naming: "%2 relu layer.1")
        let norm = Node(
            id: NodeID(2), op: BatchNormalization(epsilon: -1), inputs: [], outputTypes: [], path: "norm")
        Self.expectBroken("R3", [norm], naming: "%2 batchNorm norm")
    }

    @Test func inputNamesAndStatePathsDiffer() {
        Self.expectBroken(
            "R4", [Self.input, Node(id: NodeID(5), op: Self.input.op, inputs: [], outputTypes: [Self.type])],
            naming: "input x")
        Self.expectBroken(
            "R4", [Self.state, Node(id: NodeID(5), op: Self.state.op, inputs: [], outputTypes: [Self.type])],
            naming: "state w")
    }

    @Test func outputsHaveNamesOfTheirOwnAndExist() {
        let output = Graph.Output(name: "y", value: Self.input.output())
        Self.expectBroken("R5", [Self.input], outputs: [output, output], naming: "output y")
        Self.expectBroken("R5", [Self.input], outputs: [.init(name: "y", value: Value(NodeID(9)))], naming: "output y")
    }

    @Test func updatesNameAStateOnceWithItsType() {
        let update = Graph.Update(path: "w", value: Self.input.output())
        Self.expectBroken("R6", [Self.input, Self.state], updates: [update, update], naming: "update w")
        Self.expectBroken("R6", [Self.input], updates: [update], naming: "update w")
        Self.expectBroken("R6", [Self.state], updates: [.init(path: "w", value: Value(NodeID(9)))], naming: "update w")
        let other = Node(
            id: NodeID(0), op: Input(name: "x", type: TensorType(.float64, [2])), inputs: [],
            outputTypes: [TensorType(.float64, [2])])
        Self.expectBroken("R6", [other, Self.state], updates: [update], naming: "update w")
    }
}
