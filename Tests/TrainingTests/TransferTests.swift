import TesseraIR
import TesseraLayers
import TesseraONNX
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

    /// A second head is put on a backbone whose own layer is called `head`.
    @Test func aNewHeadHasANameOfItsOwn() throws {
        let layers = Chain {
            Conv2D("head", 8, kernel: 3)
            NormReLU("norm")
            GlobalAveragePool2D()
            Dense("fc", 10)
        }
        let model = try Model("m", input: TensorType(.float32, shape: [1, 3, 16, 16]), layer: layers)
        let backbone = try Backbone(model.graph, parameters: model.initialParameters(seed: 1))
        let (headed, parameters) = try backbone.withLinearHead(outputs: 1, seed: 3)
        #expect(parameters["head_2.weight"]?.shape == [1, 8] && parameters["head_2.bias"]?.shape == [1])
        #expect(headed.graph.states.contains { $0.state.path == "head.weight" })
        // Fine-tuned and cut again, it gets the next name.
        let again = try Backbone(headed.graph, parameters: parameters, cut: "head_2").withLinearHead(
            outputs: 1, seed: 3)
        #expect(again.parameters["head_3.weight"]?.shape == [1, 1])
    }
}

/// ONNX files as exporters write them: the batch fixed at 1, and a shape that names it behind the features.
@Suite struct ONNXBackboneTests {
    private func file(pooling: ONNXNode, behind: [ONNXNode], batch: Int = 1) -> ONNXModel {
        var graph = ONNXGraph(
            name: "net",
            nodes: [
                ONNXNode("Conv", name: "conv", inputs: ["image", "conv.weight"], outputs: ["c"]),
                ONNXNode("Relu", name: "relu", inputs: ["c"], outputs: ["r"]), pooling,
            ] + behind)
        graph.inputs = [
            ONNXValueInfo(
                name: "image", element: .float32, dimensions: [.fixed(batch), .fixed(3), .fixed(8), .fixed(8)])
        ]
        graph.outputs = [ONNXValueInfo(name: "y", element: nil, dimensions: nil)]
        func weights(_ shape: [Int]) -> Tensor {
            Tensor((0..<shape.reduce(1, *)).map { Float($0 % 7) / 7 - 0.4 }, shape: shape)
        }
        graph.initializers = [
            ONNXInitializer(name: "conv.weight", tensor: weights([4, 3, 3, 3])),
            ONNXInitializer(name: "fc.weight", tensor: weights([10, 4])),
            ONNXInitializer(name: "shape", tensor: Tensor([Int64(batch), 4], shape: [2])),
        ]
        return ONNXModel(irVersion: 8, operatorSets: ["": 17], graph: graph)
    }

    private static let pooling = ONNXNode("GlobalAveragePool", name: "pool", inputs: ["r"], outputs: ["p"])
    private static let head = [
        ONNXNode("Reshape", name: "view", inputs: ["p", "shape"], outputs: ["v"]),
        ONNXNode("Gemm", name: "fc", inputs: ["v", "fc.weight"], outputs: ["y"], attributes: ["transB": .int(1)]),
    ]

    private func shape(_ backbone: Backbone, batch: Int, size: Int) throws -> [Int]? {
        let (model, _) = try backbone.withLinearHead(outputs: 1, seed: 1)
        let bound = try model.graph.bindingInput(to: [batch, 3, size, size])
        return bound.type(of: bound.outputs[0].value).shape
    }

    @Test func aFileOfOneImageIsCutFirstAndOpenedThen() throws {
        let backbone = try Backbone(onnx: file(pooling: Self.pooling, behind: Self.head), name: "net", size: 16)
        #expect(backbone.cut == "pool" && backbone.parameters.paths == ["conv.weight"])
        #expect(try shape(backbone, batch: 4, size: 16) == [4, 1])
    }

    /// Also behind a shape that names the one image, and by the name of a value.
    @Test(arguments: ["view", "v", "relu", "pool"])
    func aCutMayLieBehindAShapeThatNamesTheBatch(_ cut: String) throws {
        let backbone = try Backbone(onnx: file(pooling: Self.pooling, behind: Self.head), name: "net", cut: cut)
        #expect(backbone.cut == cut)
        #expect(try shape(backbone, batch: 3, size: 8) == [3, 1])
    }

    @Test func whatLiesBehindTheCutMayBeUnsupported() throws {
        let tail = [ONNXNode("Celu", inputs: ["p"], outputs: ["y"])]
        let backbone = try Backbone(onnx: file(pooling: Self.pooling, behind: tail), name: "net")
        #expect(try shape(backbone, batch: 2, size: 8) == [2, 1])
        #expect(throws: TesseraError.self) {
            try Backbone(onnx: file(pooling: Self.pooling, behind: tail), name: "net", cut: "y")
        }
    }

    /// A pooling of windows is none of whole images, nor is a mean over channels.
    @Test func globalPoolingsAreFoundByWhatTheyPool() throws {
        for (attributes, isGlobal) in [
            (["axes": ONNXAttribute.ints([2, 3])], true), (["axes": .ints([-1, -2]), "keepdims": .int(0)], true),
            (["axes": .ints([1])], false),
        ] {
            let mean = ONNXNode("ReduceMean", name: "mean", inputs: ["r"], outputs: ["p"], attributes: attributes)
            let model = file(pooling: mean, behind: isGlobal ? Self.head : [])
            if isGlobal {
                #expect(try Backbone(onnx: model, name: "net").cut == "mean")
            } else {
                #expect(throws: TesseraError.self) { try Backbone(onnx: model, name: "net") }
            }
        }
        for (kernel, isGlobal) in [([6, 6], true), ([3, 3], false)] as [([Int64], Bool)] {
            let pool = ONNXNode(
                "AveragePool", name: "pool", inputs: ["r"], outputs: ["p"], attributes: ["kernel_shape": .ints(kernel)])
            let model = file(pooling: pool, behind: isGlobal ? Self.head : [])
            if isGlobal {
                #expect(try Backbone(onnx: model, name: "net").cut == "pool")
            } else {
                #expect(throws: TesseraError.self) { try Backbone(onnx: model, name: "net") }
            }
        }
    }

    @Test func aWeightThatIsNoNumberIsNamed() throws {
        var model = file(pooling: Self.pooling, behind: Self.head)
        func spoil(_ name: String) throws {
            let index = try #require(model.graph.initializers.firstIndex { $0.name == name })
            let shape = model.graph.initializers[index].tensor.shape
            model.graph.initializers[index].tensor = Tensor(
                Array(repeating: Float.nan, count: shape.reduce(1, *)), shape: shape)
        }
        // Behind the cut it does not matter.
        try spoil("fc.weight")
        _ = try Backbone(onnx: model, name: "net")
        try spoil("conv.weight")
        let error = try #require(throws: TesseraError.self) { try Backbone(onnx: model, name: "net") }
        #expect(error.location.contains("conv.weight"))
    }

    /// Names of nodes are bytes: what is typed in another normal form is another name, and the error says which there
    /// is.
    @Test func aCutIsTheNameOfThoseBytes() throws {
        let composed = "caf\u{E9}", decomposed = "cafe\u{301}"
        func network(_ names: String...) -> ONNXModel {
            var model = file(pooling: Self.pooling, behind: Self.head)
            var last = "p"
            for name in names {
                let bytes = String(name: Array(name.utf8))
                model.graph.nodes.append(
                    ONNXNode("Relu", name: bytes, inputs: [last], outputs: ["\(bytes)_out"]))
                last = "\(bytes)_out"
            }
            // Nodes behind it, so that a list of the last ones would not have the name.
            for index in 0..<20 {
                model.graph.nodes.append(
                    ONNXNode("Relu", name: "last\(index)", inputs: [last], outputs: ["l\(index)"]))
                last = "l\(index)"
            }
            model.graph.outputs.append(ONNXValueInfo(name: last, element: nil, dimensions: nil))
            return model
        }
        for (own, other) in [(composed, decomposed), (decomposed, composed)] {
            let printed = String(name: Array(own.utf8))
            for suffix in ["", "_out"] {
                for typed in [own, printed] {
                    #expect(
                        try Backbone(onnx: network(own), name: "net", cut: typed + suffix).cut == printed + suffix)
                }
                let error = try #require(throws: TesseraError.self) {
                    try Backbone(onnx: network(own), name: "net", cut: other + suffix)
                }
                #expect(error.accepted == "'\(printed)\(suffix)', the same text in another normal form")
            }
            let both = try Backbone(onnx: network(other, own), name: "net", cut: own)
            #expect(both.cut == printed && both.graph.nodes.count { $0.op is Relu } == 3)
            let first = try Backbone(onnx: network(own, other), name: "net", cut: own)
            #expect(first.cut == printed && first.graph.nodes.count { $0.op is Relu } == 2)
            let imported = try ONNXImporter.read(network(own), name: "net")
            let error = try #require(throws: TesseraError.self) {
                try Backbone(imported.graph, parameters: imported.parameters, cut: other)
            }
            #expect(error.accepted == "'\(printed)', the same text in another normal form")
        }
    }

    @Test func aPlaceThatIsNotThereNamesOthers() throws {
        let model = file(pooling: Self.pooling, behind: Self.head)
        let error = try #require(throws: TesseraError.self) { try Backbone(onnx: model, name: "net", cut: "absent") }
        #expect(error.description.contains("relu"))
        #expect(throws: TesseraError.self) { try Backbone(onnx: model, name: "net", cut: "conv.weight") }
    }
}
