import TesseraCompiler
import TesseraIR
import TesseraONNX
import TesseraTensors
import Testing

/// Work and memory grow with the file, not with its square: each of these takes seconds, and took minutes.
@Suite struct ScaleTests {
    private static let many = 100_000

    private static func value(_ name: String) -> ONNXValueInfo {
        ONNXValueInfo(name: name, element: .float32, dimensions: [.fixed(4)])
    }

    private static func program(_ graph: ONNXGraph) throws -> Graph {
        let model = ONNXModel(irVersion: 8, operatorSets: ["": 17], graph: graph)
        let imported = try ONNXImporter.read(
            ONNXFile.model(ONNXFile.bytes(of: model), name: "large"), name: "large")
        return try Compiler.compile(imported.graph, for: .inference).graph
    }

    @Test(.timeLimit(.minutes(2))) func aLongChainCompiles() throws {
        let nodes = (0..<Self.many).map { ONNXNode("Relu", inputs: ["t\($0)"], outputs: ["t\($0 + 1)"]) }
        let graph = try Self.program(
            ONNXGraph(nodes: nodes, inputs: [Self.value("t0")], outputs: [Self.value("t\(Self.many)")]))
        #expect(graph.nodes.count > Self.many)
    }

    @Test(.timeLimit(.minutes(2))) func manyInitialisersAndInputsCompile() throws {
        let count = Self.many / 2, names = (0..<count).map { "w\($0)" }
        let initializers = names.enumerated().map {
            ONNXInitializer(name: $1, tensor: Tensor([Float($0)], shape: [1]))
        }
        let sum = ONNXNode("Sum", inputs: ["x"] + names, outputs: ["y"])
        let ofInitializers = try Self.program(
            ONNXGraph(
                nodes: [sum], initializers: initializers, inputs: [Self.value("x")], outputs: [Self.value("y")]))
        #expect(ofInitializers.nodes.count > 2 * count)
        let ofInputs = try Self.program(
            ONNXGraph(nodes: [sum], inputs: (["x"] + names).map(Self.value), outputs: [Self.value("y")]))
        #expect(ofInputs.inputs.count == count + 1)
    }

    @Test(.timeLimit(.minutes(2))) func manyUnsupportedOperatorsAreListedOnce() {
        let nodes = (0..<3 * Self.many).map { ONNXNode("Op\($0)", inputs: ["x"], outputs: ["y\($0)"]) }
        let model = ONNXModel(
            irVersion: 8, operatorSets: ["": 17],
            graph: ONNXGraph(nodes: nodes + nodes, inputs: [Self.value("x")], outputs: [Self.value("y1")]))
        #expect(throws: TesseraError.self) { try ONNXImporter.read(model, name: "large") }
    }

    @Test(.timeLimit(.minutes(2))) func aMillionNamedDimensionsAreNoTrap() throws {
        let open = ONNXValueInfo(
            name: "x", element: .float32, dimensions: (0..<1_100_000).map { .named("d\($0)") })
        let model = ONNXModel(
            irVersion: 8, operatorSets: ["": 17],
            graph: ONNXGraph(
                nodes: [ONNXNode("Shape", inputs: ["x"], outputs: ["y"])], inputs: [open],
                outputs: [ONNXValueInfo(name: "y", element: .int64, dimensions: nil)]))
        let error = #expect(throws: TesseraError.self) { try ONNXImporter.read(model, name: "open") }
        #expect(error?.found.contains("the open dimension d0") == true)
    }

    @Test(.timeLimit(.minutes(2))) func manyReadersOfOneChainOfIdentitiesCostNoMoreThanTheChain() throws {
        let count = 5000
        let weight = Tensor([Float](repeating: 1, count: 4), shape: [2, 2])
        var nodes = (0..<count).map { ONNXNode("Identity", inputs: ["w\($0)"], outputs: ["w\($0 + 1)"]) }
        nodes += (0..<count).map { ONNXNode("MatMul", inputs: ["t\($0)", "w\(count)"], outputs: ["t\($0 + 1)"]) }
        func value(_ name: String) -> ONNXValueInfo {
            ONNXValueInfo(name: name, element: .float32, dimensions: [.fixed(1), .fixed(2)])
        }
        let model = ONNXModel(
            irVersion: 8, operatorSets: ["": 17],
            graph: ONNXGraph(
                nodes: nodes, initializers: [ONNXInitializer(name: "w0", tensor: weight)], inputs: [value("t0")],
                outputs: [value("t\(count)")]))
        #expect(try ONNXImporter.read(model, name: "chain").graph.nodes.count > count)
    }
}
