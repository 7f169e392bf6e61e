import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

@Suite struct ExporterTests {
    private func images(_ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 5, name: "image")
        return Tensor((0..<shape.reduce(1, *)).map { _ in Float(stream.normal()) }, shape: shape)
    }

    private func run(_ graph: Graph, _ parameters: ParameterStore, _ image: Tensor) throws -> Tensor {
        try Evaluator.run(
            graph.binding(["N": image.shape[0]]), inputs: ["image": image], states: parameters.asDictionary
        ).outputs["score"]!
    }

    /// The same bits after a way through bytes, at every operator set.
    @Test(arguments: ModelCatalog.standard.names)
    func modelsComeBackAsTheyWere(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(height: 33)
        let parameters = model.initialParameters(seed: 1), image = images([1, 3, 33, 33])
        let expected = try run(model.graph, parameters, image)
        for opset in [13, 17, 21] {
            let written = try ONNXExporter.model(
                model.graph, parameters: parameters, options: ExportOptions(opset: opset))
            #expect(written.irVersion == ONNXExporter.irVersions[opset])
            let read = try ONNXImporter.read(ONNXFile.model(ONNXFile.bytes(of: written), name: name), name: name)
            #expect(read.parameters == parameters)
            #expect(read.graph.states.map(\.state.path) == model.graph.states.map(\.state.path))
            #expect(read.graph.inputs[0].type == model.graph.inputs[0].type)
            #expect(read.graph.nodes.map(\.op.mnemonic).sorted() == model.graph.nodes.map(\.op.mnemonic).sorted())
            if opset == 17 { #expect(try run(read.graph, read.parameters, image) == expected) }
        }
    }

    private func small() throws -> Model {
        try Model(
            "small", input: TensorType(.float32, ["N", 3, 8, 8]),
            layer: Chain {
                Conv2D("conv", 4, kernel: 3, bias: true)
                NormReLU("norm")
                GlobalAveragePool2D()
                Dense("head", 1)
            })
    }

    @Test func normsCanBeFolded() throws {
        let model = try small()
        var parameters = model.initialParameters(seed: 1)
        parameters["norm.running_mean"] = Tensor([0.1, -0.2, 0.3, 0.4] as [Float], shape: [4])
        parameters["norm.running_var"] = Tensor([0.5, 2, 1, 0.1] as [Float], shape: [4])
        let written = try ONNXExporter.model(
            model.graph, parameters: parameters, options: ExportOptions(foldsNorms: true))
        #expect(
            written.graph.nodes.map(\.operatorType).sorted() == [
                "Conv", "Flatten", "Gemm", "GlobalAveragePool", "Relu",
            ])
        let read = try ONNXImporter.read(written, name: "folded"), image = images([2, 3, 8, 8])
        let a = try run(model.graph, parameters, image).doubles(),
            b = try run(read.graph, read.parameters, image).doubles()
        for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5) }
    }

    @Test func namesAreUniqueAndOutputsKeepTheirs() throws {
        let builder = GraphBuilder(name: "names")
        let x = try builder.addInput("x", TensorType(.float32, ["N", 2]))
        let a = try builder.add(Relu(), [x], path: "layer")[0], b = try builder.add(Relu(), [a], path: "layer")[0]
        for (name, value) in [
            ("x copy", x), ("a", a), ("b", b), ("b again", b),
            ("constant", try builder.constant(Tensor([1, 2] as [Float], shape: [2]))),
        ] { builder.output(name, value) }
        let graph = try builder.finish()
        let written = try ONNXExporter.model(graph, parameters: ParameterStore()).graph
        #expect(Set(written.nodes.map(\.name)).count == written.nodes.count)
        #expect(written.outputs.map(\.name) == ["x copy", "a", "b", "b again", "constant"])
        let read = try ONNXImporter.read(ONNXModel(irVersion: 8, operatorSets: ["": 17], graph: written), name: "names")
        let input = ["x": Tensor([-1, 3] as [Float], shape: [1, 2])]
        #expect(
            try Evaluator.run(read.graph.binding(["N": 1]), inputs: input).outputs
                == Evaluator.run(graph.binding(["N": 1]), inputs: input).outputs)
    }

    @Test func whatCannotBeWrittenIsAnError() throws {
        let model = try small(), parameters = model.initialParameters(seed: 1)
        for opset in [6, 12, 22] {
            #expect(throws: TesseraError.self) {
                try ONNXExporter.model(model.graph, parameters: parameters, options: ExportOptions(opset: opset))
            }
        }
        #expect(throws: TesseraError.self) { try ONNXExporter.model(model.graph, parameters: ParameterStore()) }
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, [2]))
        builder.output("y", try builder.add(ReluGradient(), [x, x])[0])
        #expect(throws: TesseraError.self) { try ONNXExporter.model(builder.finish(), parameters: ParameterStore()) }
    }
}
