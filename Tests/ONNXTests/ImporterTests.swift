import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

@Suite struct ImporterTests {
    private func read(_ model: ONNXModel, _ options: ImportOptions = ImportOptions()) throws -> ImportedModel {
        try ONNXImporter.read(model, name: "m", options: options)
    }

    private func failure(_ model: ONNXModel) -> TesseraError? {
        do {
            _ = try read(model)
            return nil
        } catch { return error as? TesseraError }
    }

    private func node(_ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:])
        -> ONNXNode
    {
        ONNXNode(type, name: "n_\(output)", inputs: inputs, outputs: [output], attributes: attributes)
    }

    private let pair = Tensor([2, 3] as [Float], shape: [2])

    @Test func nodesMayStandInAnyOrder() throws {
        let imported = try read(model([node("Relu", ["h"], "y"), node("Add", ["x", "w"], "h")], ["w": pair]))
        let result = try Evaluator.run(
            imported.graph, inputs: ["x": Tensor([-5, 1] as [Float], shape: [2])],
            states: imported.parameters.asDictionary)
        #expect(result.outputs["y"]!.array(of: Float.self) == [0, 4])

        let length = 3000, names = ["x"] + (1..<length).map { "v\($0)" } + ["y"]
        let chain = (0..<length).map { node("Relu", [names[$0]], names[$0 + 1]) }
        #expect(try read(model(chain.reversed())).graph.nodes.map(\.path) == read(model(chain)).graph.nodes.map(\.path))
    }

    /// 300 · 300 is beyond float16; a tenth of it is not.
    @Test(arguments: [(0.1, 0.0, 9000), (1, -80000, 10000)])
    func aGemmOf16BitsRoundsOnce(_ alpha: Float, _ c: Float, _ expected: Double) throws {
        var gemm = model(
            [node("Gemm", ["x", "w", "c"], "y", ["alpha": .float(alpha), "beta": .float(2)])],
            ["w": Tensor([300] as [Float16], shape: [1, 1]), "c": Tensor([Float16(c / 2)], shape: [1, 1])])
        gemm.graph.inputs[0] = ONNXValueInfo(name: "x", element: .float16, dimensions: [.fixed(1), .fixed(1)])
        gemm.graph.outputs = [ONNXValueInfo(name: "y", element: .float16, dimensions: nil)]
        let imported = try read(gemm)
        let result = try Evaluator.run(
            imported.graph, inputs: ["x": Tensor([300] as [Float16], shape: [1, 1])],
            states: imported.parameters.asDictionary)
        #expect(abs(result.outputs["y"]!.doubles()[0] - expected) <= 8)
    }

    @Test func brokenGraphsAreRefused() {
        #expect(
            failure(model([node("Add", ["x", "b"], "a"), node("Relu", ["a"], "b"), node("Relu", ["b"], "y")]))!.found
                .contains("cycle"))
        #expect(
            failure(model([node("Relu", ["x"], "y"), node("Abs", ["x"], "y")]))!.found.contains("something else makes"))
        #expect(failure(model([node("Relu", ["x"], "x")]))!.found.contains("something else makes"))
        #expect(failure(model([node("Relu", ["nowhere"], "y")]))!.found.contains("nowhere"))
        #expect(failure(model([node("Relu", ["x"], "z")]))!.found.contains("y"))
        var twice = model([node("Relu", ["x"], "y")], ["w": pair])
        twice.graph.initializers.append(twice.graph.initializers[0])
        #expect(failure(twice)!.found.contains("two of the same name"))
    }

    @Test func unsupportedThingsAreListedTogether() {
        var mixed = model([
            node("Einsum", ["x"], "a"), node("Einsum", ["a"], "b"), node("Relu", ["b"], "c"), node("Gelu", ["c"], "y"),
        ])
        mixed.graph.nodes[3].domain = "com.example"
        let error = failure(mixed)!
        #expect(error.kind == .unsupported && error.found == "Einsum of opset 17 (2 nodes), com.example.Gelu (1 node)")
        let attribute = failure(model([node("Relu", ["x"], "y", ["slope": .float(1)])]))!
        #expect(attribute.location.contains("n_y") && attribute.found.contains("slope"))
        #expect(failure(model([node("Add", ["x", "x"], "y", ["broadcast": .int(1)])], opset: 6))!.kind == .unsupported)
    }

    /// conv(x; w) on [1, 1, 4, 4], the weight handed on by other operators.
    private func convolution(_ nodes: [ONNXNode], _ initializers: [String: Tensor]) -> ONNXModel {
        var result = model(nodes, initializers)
        result.graph.inputs[0].dimensions = [.named("N"), .fixed(1), .fixed(4), .fixed(4)]
        result.graph.outputs[0].dimensions = nil
        return result
    }

    private let kernel = Tensor((1...9).map { Float($0) }, shape: [1, 1, 3, 3])

    /// Dimensions that typing accepts and no machine has room for, or that divide by nothing.
    @Test func convolutionsOfAnySizeCompileOrAreRefused() throws {
        func program(_ attributes: [String: ONNXAttribute], x: [Int], weight: [Int]) throws -> Program {
            var source = model([node("Conv", ["x", "w"], "y", attributes)])
            source.graph.inputs = [("x", x), ("w", weight)].map {
                ONNXValueInfo(name: $0.0, element: .float32, dimensions: $0.1.map { .fixed($0) })
            }
            source.graph.outputs[0].dimensions = nil
            let graph = try read(source).graph
            #expect(try graph.floatingPointOperations() >= 0)
            return try Compiler.compile(graph, for: .inference)
        }
        func ints(_ numbers: Int64...) -> ONNXAttribute { .ints(numbers) }
        _ = try program([:], x: [1, 0, 4, 4], weight: [2, 0, 1, 1])
        // A signal of a minute: long rows, few channels.
        _ = try program(["strides": ints(1, 5)], x: [1, 1, 1, 960_000], weight: [512, 1, 1, 10])
        let far: Int64 = 1 << 28, wide: Int64 = 1 << 13, enormous: Int64 = 524_288
        for (dilation, pad) in [(2 * far, far), (2 * wide, wide)] {
            #expect(throws: TesseraError.self) {
                try program(
                    ["dilations": ints(dilation, dilation), "pads": ints(pad, pad, pad, pad)], x: [1, 8, 4, 4],
                    weight: [1, 8, 2, 2])
            }
        }
        #expect(throws: TesseraError.self) {
            try program(
                ["pads": ints(enormous, enormous, enormous, enormous)], x: [1, 1, 8, 8], weight: [1, 1, 4096, 4096])
        }
    }

    @Test func weightsAreTrainedAndTheRestIsConstant() throws {
        let imported = try read(
            convolution(
                [
                    node("Identity", ["w"], "v"), node("Transpose", ["v"], "t", ["perm": .ints([0, 1, 3, 2])]),
                    node("Conv", ["x", "t"], "c"), node("Mul", ["c", "k"], "y"),
                ],
                ["w": kernel, "k": Tensor(scalar: Float(2)), "unused": pair]
            ))
        #expect(imported.graph.states.map(\.state.path) == ["w"] && imported.parameters.paths == ["w"])
        #expect(imported.graph.states[0].state.kind == .parameter)
        #expect(imported.graph.nodes.filter { $0.op is Constant }.map(\.path) == ["k"])
        #expect(imported.notes == ["initialisers that nothing reads: unused"])
    }

    @Test func aWeightUsedTwiceIsOneState() throws {
        let imported = try read(
            convolution(
                [
                    node("Conv", ["x", "w"], "a", ["pads": .ints([1, 1, 1, 1])]), node("Identity", ["w"], "v"),
                    node("Conv", ["a", "v"], "y"),
                ], ["w": kernel]))
        #expect(imported.graph.states.count == 1)
    }

    @Test func equalValuesWrittenOnceAreParted() throws {
        let ones = Tensor([1, 1] as [Float], shape: [2]), zeros = Tensor([0, 0] as [Float], shape: [2])
        var norms = model(
            [
                node("BatchNormalization", ["x", "one", "zero", "zero", "one"], "a"),
                node("Identity", ["one"], "scale2"), node("Identity", ["zero"], "mean2"),
                node("BatchNormalization", ["a", "scale2", "zero", "mean2", "measured"], "y"),
            ],
            ["one": ones, "zero": zeros, "measured": pair]
        )
        norms.graph.inputs[0].dimensions = [.named("N"), .fixed(2)]
        norms.graph.outputs[0].dimensions = nil
        let imported = try read(norms)
        // No norm shares its statistics with its own scale and bias or with another norm's.
        let own = ["n_a.one", "n_a.zero", "n_y.zero"]
        #expect(
            imported.graph.states.map(\.state.path).sorted()
                == (["mean2", "measured", "one", "scale2", "zero"] + own).sorted())
        #expect(imported.parameters["scale2"] == ones && imported.parameters["mean2"] == zeros)
        #expect(imported.parameters["n_a.one"] == ones && imported.parameters["n_y.zero"] == zeros)
        let kinds = Dictionary(uniqueKeysWithValues: imported.graph.states.map { ($0.state.path, $0.state.kind) })
        #expect(kinds["one"] == .parameter && kinds["n_a.one"] == .statistic && kinds["n_y.zero"] == .parameter)
        #expect(imported.notes.count == 1 && imported.notes[0].contains("mean2, scale2"))
    }

    @Test func initializersAmongTheInputsAreNoInputs() throws {
        var old = model([node("Add", ["x", "w"], "y")], ["w": pair])
        old.irVersion = 3
        old.graph.inputs.append(ONNXValueInfo(name: "w", element: .float32, dimensions: [.fixed(2)]))
        #expect(try read(old).graph.inputs.map(\.name) == ["x"])
    }

    @Test func functionsAreInlined() throws {
        var calling = model([
            ONNXNode(
                "Shift", domain: "own", name: "first", inputs: ["x"], outputs: ["h"], attributes: ["by": .float(1)]),
            ONNXNode("Shift", domain: "own", name: "second", inputs: ["h"], outputs: ["y"]),
        ])
        calling.operatorSets["own"] = 1
        calling.functions = [
            ONNXFunction(
                domain: "own", name: "Shift", inputs: ["a"], outputs: ["b"], attributes: [],
                defaultAttributes: ["by": .float(10)], operatorSets: ["": 17],
                nodes: [node("Constant", [], "c", ["value_float": .reference("by")]), node("Add", ["a", "c"], "b")]
            )
        ]
        let imported = try read(calling)
        #expect(try Evaluator.run(imported.graph, inputs: ["x": pair]).outputs["y"]!.array(of: Float.self) == [13, 14])
        calling.functions[0].nodes.append(ONNXNode("Shift", domain: "own", inputs: ["a"], outputs: ["again"]))
        #expect(failure(calling)!.found.contains("call each other"))
        // An output that is an input which the call leaves out.
        calling.functions[0] = ONNXFunction(
            domain: "own", name: "Shift", inputs: ["a", "b"], outputs: ["b"], attributes: [], defaultAttributes: [:],
            operatorSets: ["": 17], nodes: [])
        #expect(failure(calling) != nil)
    }

    /// Lists of the wrong length, numbers out of range, inputs that a version does not have: an error each, and no
    /// crash.
    @Test func numbersThatDoNotFitAreRefused() {
        func pool(_ attributes: [String: ONNXAttribute]) -> TesseraError? {
            failure(convolution([node("MaxPool", ["x"], "y", attributes)], [:]))
        }
        #expect(pool(["kernel_shape": .ints([2, 2])]) == nil)
        for attributes in [
            ["pads": .ints([1, 1])], ["pads": .ints([0, 0, 0, 0, 0])], ["pads": .ints([-1, 0, 0, 0])],
            ["dilations": .ints([1])], ["strides": .ints([0, 1])],
            ["strides": .ints([1, 1, 1])], ["dilations": .ints([.max, 3])],
        ] as [[String: ONNXAttribute]] {
            #expect(pool(attributes.merging(["kernel_shape": .ints([2, 2])]) { $1 }) != nil, "\(attributes)")
        }
        #expect(pool(["kernel_shape": .ints([.max, 1]), "dilations": .ints([3, 1])]) != nil)
        let numbers = { (values: [Int64]) in Tensor(values, shape: [values.count]) }
        #expect(failure(model([node("Expand", ["x", "s"], "y")], ["s": numbers([-1, 2])])) != nil)
        #expect(
            failure(
                model(
                    [node("Squeeze", ["k", "s"], "h"), node("Add", ["x", "h"], "y")],
                    ["k": Tensor(scalar: Float(1)), "s": numbers([0])])) != nil)
        #expect(failure(model([node("Sum", [], "y")])) != nil)
        // Axes and bounds are inputs in later versions only.
        #expect(
            failure(model([node("ReduceSum", ["x", "s"], "y")], ["s": numbers([0])], opset: 11))!.found.contains(
                "input 1"))
        #expect(
            failure(model([node("Clip", ["x", "k"], "y")], ["k": Tensor(scalar: Float(1))], opset: 10))!.found.contains(
                "input 1"))
    }

    @Test func functionsWithoutNamesCallEachOther() throws {
        var calling = model([
            ONNXNode("Outer", domain: "own", inputs: ["x"], outputs: ["h"]),
            ONNXNode("Outer", domain: "own", inputs: ["h"], outputs: ["y"]),
        ])
        calling.operatorSets = ["own": 1]
        let inner = ONNXFunction(
            domain: "own", name: "Inner", inputs: ["a"], outputs: ["b"], operatorSets: ["": 17],
            nodes: [
                ONNXNode("Relu", inputs: ["a"], outputs: ["c"]), ONNXNode("Add", inputs: ["c", "c"], outputs: ["b"]),
            ]
        )
        let outer = ONNXFunction(
            domain: "own", name: "Outer", inputs: ["a"], outputs: ["b"], operatorSets: ["own": 1],
            nodes: [
                ONNXNode("Inner", domain: "own", inputs: ["a"], outputs: ["c"]),
                ONNXNode("Inner", domain: "own", inputs: ["c"], outputs: ["b"]),
            ]
        )
        calling.functions = [inner, outer]
        #expect(
            try Evaluator.run(read(calling).graph, inputs: ["x": Tensor([-1, 3] as [Float], shape: [2])]).outputs["y"]!
                .array(of: Float.self) == [0, 48])
    }

    @Test func padsFollowTheSizeOfTheImages() throws {
        // SAME_UPPER with stride 2: nothing to pad at 4, a row and a column at 5.
        let strided = convolution(
            [node("Conv", ["x", "w"], "y", ["auto_pad": .string("SAME_UPPER"), "strides": .ints([2, 2])])],
            ["w": kernel])
        func pads(_ size: Int?) throws -> [Int] {
            let graph = try read(strided, ImportOptions(imageSize: size)).graph
            return graph.nodes.compactMap { ($0.op as? Convolution)?.pads }[0]
        }
        #expect(try pads(nil) == [0, 0, 1, 1])
        #expect(try pads(5) == [1, 1, 1, 1])
    }

    /// flatten(x) as exporters write it that follow every shape: the batch is read off x, joined with −1 or a number,
    /// and reshaped to.
    @Test func openDimensionsGoThroughShapes() throws {
        func flatten(_ rest: Int64) -> ONNXModel {
            var flatten = model(
                [
                    node("Shape", ["x"], "s", ["start": .int(0), "end": .int(1)]), node("Squeeze", ["s"], "n"),
                    node("Reshape", ["n", "one"], "v"),
                    node("Concat", ["v", "rest"], "target", ["axis": .int(0)]),
                    node("Reshape", ["x", "target"], "y", ["allowzero": .int(1)]),
                ],
                ["one": Tensor([-1] as [Int64], shape: [1]), "rest": Tensor([rest], shape: [1])]
            )
            flatten.graph.inputs[0].dimensions = [.named("batch"), .fixed(4), .fixed(3)]
            flatten.graph.outputs[0].dimensions = nil
            return flatten
        }
        for rest in [-1, 12] as [Int64] {
            let graph = try read(flatten(rest)).graph
            #expect(graph.type(of: graph.outputs[0].value).dimensions == [.named("batch"), .fixed(12)])
            #expect(try graph.binding(["batch": 5]).outputs.count == 1)
        }
        var computing = flatten(12)
        computing.graph.nodes[1] = node("Add", ["s", "s"], "n")
        #expect(failure(computing)!.found.contains("batch"))
        var leaving = flatten(12)
        leaving.graph.nodes[4] = node("Identity", ["target"], "y")
        #expect(failure(leaving)!.found.contains("batch"))
    }

    @Test func inputsCanBeGiven() throws {
        var reshape = model([node("Reshape", ["x", "s"], "y")])
        reshape.graph.inputs.append(ONNXValueInfo(name: "s", element: .int64, dimensions: [.fixed(2)]))
        reshape.graph.inputs[0].dimensions = nil
        #expect(failure(reshape)!.kind == .unsupported)
        var options = ImportOptions()
        options.inputShapes["x"] = [2]
        options.constantInputs["s"] = Tensor([2, -1] as [Int64], shape: [2])
        let graph = try read(reshape, options).graph
        #expect(graph.inputs.map(\.name) == ["x"] && graph.type(of: graph.outputs[0].value).shape == [2, 1])
    }
}
