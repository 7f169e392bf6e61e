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

    // MARK: The gate

    /// Weights keep their names whatever else has them: inputs, outputs, and names that the exporter makes.
    @Test func weightsMayHaveAnyName() throws {
        let builder = GraphBuilder(name: "")
        let x = try builder.addInput("x", TensorType(.float32, ["N", 2]))
        let names = ["score", "x", "layer/relu", "layer/relu_output", "layer/clip/min", "view/reshape/shape"]
        var value = x
        for name in names {
            value = try builder.add(
                Add(), [value, try builder.state(name, .parameter, TensorType(.float32, shape: [2]))])[0]
        }
        value = try builder.add(Relu(), [value], path: "layer")[0]
        value = try builder.add(Clip(low: -1, high: 100), [value], path: "layer")[0]
        value = try builder.add(Reshape(to: [0, 2, 1]), [value], path: "view")[0]
        builder.output("score", value)
        let graph = try builder.finish()
        let parameters = ParameterStore(
            Dictionary(uniqueKeysWithValues: names.map { ($0, Tensor([1, 2] as [Float], shape: [2])) }))
        let model = try ONNXExporter.model(graph, parameters: parameters)
        #expect(Set(model.graph.initializers.map(\.name)).isSuperset(of: names))
        #expect(model.graph.inputs.map(\.name) == ["x_2"] && model.graph.outputs.map(\.name) == ["score_2"])
        #expect(!model.graph.name.isEmpty)
        let made =
            model.graph.inputs.map(\.name) + model.graph.initializers.map(\.name)
            + model.graph.nodes.flatMap(\.outputs)
        #expect(Set(made).count == made.count)
        let read = try ONNXImporter.read(model, name: "names")
        let y = try Evaluator.run(
            read.graph.binding(["N": 1]), inputs: ["x_2": Tensor([1, -20] as [Float], shape: [1, 2])],
            states: read.parameters.asDictionary)
        #expect(y.outputs["score_2"]?.doubles() == [7, 0])
    }

    private func sum(_ element: ElementType) throws -> Graph {
        let builder = GraphBuilder(name: "sum")
        let x = try builder.addInput("x", TensorType(element, shape: [2]))
        builder.output("y", try builder.add(Add(), [x, x])[0])
        return try builder.finish()
    }

    /// Add takes 8 and 16 bits since 14.
    @Test(arguments: [ElementType.int8, .uint8, .int16, .uint16])
    func anElementTypeThatAnOpsetDoesNotHaveIsRefusedWithTheOneThatDoes(_ element: ElementType) throws {
        let graph = try sum(element)
        let error = try #require(throws: TesseraError.self) {
            try ONNXExporter.model(graph, parameters: ParameterStore(), options: ExportOptions(opset: 13))
        }
        #expect(error.kind == .unsupported && error.accepted.contains("opset 14"))
        for opset in [14, 17, 21] {
            _ = try ONNXExporter.model(graph, parameters: ParameterStore(), options: ExportOptions(opset: opset))
        }
    }

    @Test func elementTypesThatAllOpsetsHaveAreWritten() throws {
        for element in [ElementType.float32, .float16, .bfloat16, .int32, .int64] {
            _ = try ONNXExporter.model(sum(element), parameters: ParameterStore(), options: ExportOptions(opset: 13))
        }
    }

    /// Statistics of another type than the images are allowed since 14, scale and bias since 15.
    @Test(arguments: [(ElementType.float16, ElementType.float32, 15), (.float16, .float16, 14)])
    func aNormOfMixedTypesIsRefusedWithTheOpsetThatHasIt(_ images: ElementType, _ scale: ElementType, _ oldest: Int)
        throws
    {
        let builder = GraphBuilder(name: "norm")
        let x = try builder.addInput("x", TensorType(images, ["N", 2, 3, 3]))
        var parameters = ParameterStore()
        let operands = try [
            ("weight", scale), ("bias", scale), ("running_mean", ElementType.float32), ("running_var", .float32),
        ].map { name, element in
            parameters[name] = Tensor([1, 2] as [Float], shape: [2]).converted(to: element)
            let kind = name.hasPrefix("running") ? StateKind.statistic : .parameter
            return try builder.state(name, kind, TensorType(element, shape: [2]))
        }
        builder.output("y", try builder.add(BatchNormalization(), [x] + operands)[0])
        let graph = try builder.finish()
        for opset in 13..<oldest {
            let error = try #require(throws: TesseraError.self) {
                try ONNXExporter.model(graph, parameters: parameters, options: ExportOptions(opset: opset))
            }
            #expect(error.accepted.contains("opset \(oldest)"))
        }
        _ = try ONNXExporter.model(graph, parameters: parameters, options: ExportOptions(opset: oldest))
    }

    /// A pool that rounds up is written with its windows rounded down, also where one would begin in the padding.
    @Test(arguments: [(5, 2, 2, 0), (6, 3, 2, 1), (4, 2, 3, 1), (7, 3, 3, 1), (3, 2, 3, 1), (8, 3, 2, 1)])
    func poolsThatRoundUpAreSpelledWithoutIt(_ size: Int, _ kernel: Int, _ stride: Int, _ pad: Int) throws {
        let kernels = [kernel, kernel], strides = [stride, stride], pads = [pad, pad, pad, pad]
        let pools: [any Op] = [
            MaxPool(kernel: kernels, strides: strides, pads: pads, ceilMode: true),
            AveragePool(kernel: kernels, strides: strides, pads: pads, ceilMode: true),
            AveragePool(kernel: kernels, strides: strides, pads: pads, ceilMode: true, countsPadding: true),
        ]
        for pool in pools {
            let builder = GraphBuilder(name: "pool")
            let x = try builder.addInput("image", TensorType(.float32, ["N", 3, .fixed(size), .fixed(size)]))
            builder.output("score", try builder.add(pool, [x])[0])
            let graph = try builder.finish(), image = images([2, 3, size, size])
            let expected = try run(graph, ParameterStore(), image).doubles()
            for opset in [13, 17, 21] {
                let model = try ONNXExporter.model(
                    graph, parameters: ParameterStore(), options: ExportOptions(opset: opset))
                #expect(model.graph.nodes.allSatisfy { ($0.attributes["ceil_mode"] ?? .int(0)) == .int(0) })
                let read = try ONNXImporter.read(model, name: "pool")
                let found = try run(read.graph, ParameterStore(), image).doubles()
                #expect(found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
            }
        }
    }
}
