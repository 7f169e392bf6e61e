import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// Printing and parsing: what is printed comes back, and what does not fit is an error that names its line.
@Suite struct GraphTextTests {
    static func expectRoundTrip(_ graph: Graph, constants: [String: Tensor] = [:]) throws {
        let text = GraphText.print(graph), parsed = try GraphText.parse(text, catalog: .standard, constants: constants)
        #expect(parsed == graph)
        #expect(GraphText.print(parsed) == text)
    }

    @Test func aGraphIsOneNodeALine() throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, ["N", 3, 8, 8]))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float32, shape: [4, 3, 3, 3]))
        let y = try builder.add(
            Convolution(strides: [2, 2]), [x, weight], path: "conv", origins: [NodeID(7), NodeID(8)])[0]
        builder.output("y", y)
        builder.update("conv.weight", with: weight)
        let graph = try builder.finish()
        #expect(
            GraphText.print(graph) == """
                graph "test" {
                  %0 = input() name="x" type=f32[N,3,8,8] : f32[N,3,8,8]
                  %1 = state() path="conv.weight" type=f32[4,3,3,3] : f32[4,3,3,3]  @conv.weight
                  %2 = conv(%0, %1) strides=[2,2] : f32[N,4,3,3]  @conv  from %7, %8
                  output "y" = %2
                  update "conv.weight" = %1
                }

                """)
        try Self.expectRoundTrip(graph)
    }

    @Test(arguments: [
        "plain", "", "a \"quoted\" name", "back\\slash", "line\nbreak", "tab\tand\u{1}", "n", "\\n", "é ü 手", "a,b]",
        "from", "} %0",
    ])
    func namesAndPathsOfAllKinds(_ name: String) throws {
        let builder = GraphBuilder(name: name)
        let x = try builder.addInput(name, TensorType(.float32, [2]))
        let state = try builder.state(name, .statistic, TensorType(.float32, [2]))
        builder.output(name, try builder.add(Add(), [x, state], path: name)[0])
        builder.update(name, with: x)
        try Self.expectRoundTrip(try builder.finish())
    }

    @Test(arguments: ["N", "batch_size", "unk__12", "a b", "2*N+1", "12", "-1", "a,b]", "", "with \"quotes\""])
    func dimensionNamesOfAllKinds(_ name: String) throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, [.named(name), 3]))
        builder.output("y", try builder.add(Relu(), [x])[0])
        try Self.expectRoundTrip(try builder.finish())
    }

    @Test(arguments: [
        -0.0, .infinity, -.infinity, .nan, Double(bitPattern: 0x7FF8_0000_0000_0123), 1e-300, 0.1, 3,
        .leastNonzeroMagnitude,
    ])
    func attributesComeBackBitForBit(_ number: Double) throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, [2]))
        builder.output("y", try builder.add(Clip(low: number, high: 7), [x])[0])
        let graph = try builder.finish()
        try Self.expectRoundTrip(graph)
        let clip = try GraphText.parse(GraphText.print(graph), catalog: .standard).nodes[1].op as? Clip
        #expect(clip?.low.bitPattern == number.bitPattern)
    }

    @Test(arguments: ElementType.allCases)
    func everyElementTypeStandsInTheText(_ element: ElementType) throws {
        let builder = GraphBuilder(name: "test")
        builder.output("input", try builder.addInput("x", TensorType(element, [1, "N"])))
        builder.output("empty", try builder.constant(Tensor(zeros: element, shape: [0, 3])))
        builder.output("scalar", try builder.constant(Tensor(doubles: [1], element: element, shape: [])))
        builder.output(
            "values",
            try builder.constant(Tensor(doubles: [-1, 0, 0.1, 1e30, .nan, -0.0], element: element, shape: [2, 3])))
        try Self.expectRoundTrip(try builder.finish())
    }

    @Test func integersBeyondDoubleComeBack() throws {
        let builder = GraphBuilder(name: "test")
        builder.output("signed", try builder.constant(Tensor([Int64.min, .max, 9_007_199_254_740_993], shape: [3])))
        builder.output("unsigned", try builder.constant(Tensor([UInt64.max, 0], shape: [2])))
        try Self.expectRoundTrip(try builder.finish())
    }

    @Test func constantsAboveSixteenElementsStandByDigest() throws {
        let tensor = Tensor((0..<17).map { Float($0) }, shape: [17])
        let builder = GraphBuilder(name: "test")
        builder.output("c", try builder.constant(tensor))
        let graph = try builder.finish(), text = GraphText.print(graph)
        #expect(text.contains("value=f32[17]#\(tensor.digest)"))
        // Without the tensor the graph is equal but cannot run; with it, it can.
        let bare = try GraphText.parse(text, catalog: .standard)
        #expect(bare == graph)
        #expect(throws: TesseraError.self) { try Evaluator.run(bare) }
        #expect(
            try Evaluator.run(GraphText.parse(text, catalog: .standard, constants: [tensor.digest: tensor])).outputs[
                "c"] == tensor)
        #expect(throws: TesseraError.self) {
            try GraphText.parse(text, catalog: .standard, constants: [tensor.digest: Tensor(scalar: Float(1))])
        }
    }

    static let broken: [(line: String, number: Int)] = [
        ("%1 = nonsense(%0) : f32[2]", 3), ("%1 = relu(%0)", 4), ("%1 = relu(%7) : f32[2]", 3),
        ("%1 = relu(%0.1) : f32[2]", 3), ("%0 = relu(%0) : f32[2]", 3),
        ("%1 = relu(%0) : f32[3]", 3), ("%1 = relu(%0) slope=1 : f32[2]", 3), ("%1 = clip(%0) low=word : f32[2]", 3),
        ("%1 = clip(%0) low=[1] : f32[2]", 3),
        ("%1 = relu(%0 : f32[2]", 3), ("%1 = relu(%0) : f99[2]", 3), ("%1 = relu(%0.-1) : f32[2]", 3),
        ("%-1 = relu(%0) : f32[2]", 3), ("%. = relu(%0) : f32[2]", 3),
        ("%9223372036854775807 = relu(%0) : f32[2]", 3), ("output \"y\" = %7", 3), ("output y = %0", 3),
        ("output \"y\nz = %0", 3), ("update \"y\" = %0.1", 3),
        ("%1 = constant() value=i8[1]{300} : i8[1]", 3), ("%1 = constant() value=u8[1]{-1} : u8[1]", 3),
        ("%1 = constant() value=f32[2]{1.0} : f32[2]", 3),
        ("%1 = constant() value=f32[-1,-1]{1.0} : f32[2]", 3),
        ("%1 = constant() value=f32[9223372036854775807,2]{1.0} : f32[2]", 3),
        ("%1 = averagePool(%0) kernel=[0] : f32[2]", 3),
        ("%1 = relu(%0) : f32[2] @\"\\u{110000}\"", 3), ("%9223372036854775806 = relu(%0) : f32[2]", 3),
        ("%1 = convInputGradient(%0, %0) : f32[2]", 3),
        ("%1 = convWeightGradient(%0, %0) group=0 : f32[2]", 3),
        ("%1 = batchNormGradient(%0, %0, %0, %0, %0, %0, %0) : f32[2]", 3),
    ]

    @Test(arguments: broken)
    func whatDoesNotFitIsAnErrorWithItsLine(_ line: String, _ number: Int) throws {
        let text = "graph \"test\" {\n  %0 = input() name=\"x\" type=f32[2] : f32[2]\n  \(line)\n}\n"
        let error = #expect(throws: TesseraError.self) { try GraphText.parse(text, catalog: .standard) }
        #expect(error?.location.contains("line \(number)") == true, "\(error?.description ?? "")")
    }

    @Test func everyCutIsAnError() throws {
        let builder = GraphBuilder(name: "a \"name\"")
        let x = try builder.addInput("x", TensorType(.float32, ["N", 2]))
        builder.output("y", try builder.add(Clip(low: 0, high: 6), [x], path: "head", origins: [NodeID(3)])[0])
        builder.output("c", try builder.constant(Tensor([Float(1), .nan], shape: [2])))
        let scalars = Array(GraphText.print(try builder.finish()).unicodeScalars)
        for count in 0..<scalars.count - 2 {
            #expect(throws: TesseraError.self) {
                try GraphText.parse(String(String.UnicodeScalarView(scalars[..<count])), catalog: .standard)
            }
        }
    }
}
