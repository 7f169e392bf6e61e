import Testing
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors

@Suite struct NormPassTests {
    /// conv → norm → relu, and where `sharesNorm` a second reader of the norm.
    static func graph(sharesConvolution: Bool = false, sharesNorm: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float32, shape: [2, 2, 1, 1]))
        let y = try builder.add(Convolution(), [x, weight], path: "conv")[0]
        let parameters = try ["weight", "bias", "mean", "variance"].map {
            try builder.state(
                "norm.\($0)", $0 == "mean" || $0 == "variance" ? .statistic : .parameter,
                TensorType(.float32, shape: [2]))
        }
        let norm = try builder.add(BatchNormalization(), [y] + parameters, path: "norm")[0]
        builder.output("y", try builder.add(Relu(), [norm], path: "norm")[0])
        if sharesConvolution { builder.output("conv", y) }
        if sharesNorm { builder.output("norm", norm) }
        return try builder.finish()
    }

    static let states: [String: Tensor] = [
        "conv.weight": Tensor([Float(1), 2, 3, -4], shape: [2, 2, 1, 1]),
        "norm.weight": Tensor([Float(2), 0.5], shape: [2]),
        "norm.bias": Tensor([Float(0.25), -1], shape: [2]), "norm.mean": Tensor([Float(1), -2], shape: [2]),
        "norm.variance": Tensor([Float(4), 0.25], shape: [2]),
    ]
    static let image = Tensor((0..<18).map { Float($0) - 9 }, shape: [1, 2, 3, 3])

    static func expectSameNumbers(_ a: Graph, _ b: Graph) throws {
        let inputs = Dictionary(uniqueKeysWithValues: a.inputs.map { ($0.name, image) })
        let x = try Evaluator.run(a, inputs: inputs, states: states),
            y = try Evaluator.run(b, inputs: inputs, states: states)
        for (name, tensor) in x.outputs {
            for (p, q) in zip(tensor.doubles(), y.outputs[name]!.doubles()) {
                #expect(abs(p - q) <= 1e-5 * max(1, abs(p)))
            }
        }
    }

    @Test func aNormOfAnotherTypeIsLeftAlone() throws {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float16, shape: [1, 2, 3, 3]))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float16, shape: [2, 2, 1, 1]))
        let parameters = try ["weight", "bias", "mean", "variance"].map {
            try builder.state("norm.\($0)", .parameter, TensorType(.float32, shape: [2]))
        }
        builder.output(
            "y", try builder.add(BatchNormalization(), builder.add(Convolution(), [x, weight]) + parameters)[0])
        let log = RewriteLog()
        #expect(
            try Pipeline([FoldNormIntoConvolution()]).run(try builder.finish(), log: log).nodes.contains {
                $0.op is BatchNormalization
            })
        #expect(log.entries.map(\.isApplied) == [false])
    }

    @Test func aNormFoldsIntoTheConvolutionBeforeIt() throws {
        let graph = try Self.graph()
        let folded = try Pipeline([FoldNormIntoConvolution()]).run(graph)
        #expect(
            GraphText.print(folded) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %1 = state() path="conv.weight" type=f32[2,2,1,1] : f32[2,2,1,1]  @conv.weight
                  %3 = state() path="norm.weight" type=f32[2] : f32[2]  @norm.weight
                  %4 = state() path="norm.bias" type=f32[2] : f32[2]  @norm.bias
                  %5 = state() path="norm.mean" kind="statistic" type=f32[2] : f32[2]  @norm.mean
                  %6 = state() path="norm.variance" kind="statistic" type=f32[2] : f32[2]  @norm.variance
                  %9 = foldedNorm(%1, %3, %4, %5, %6) : f32[2,2,1,1], f32[2]  @conv  from %2, %7
                  %10 = conv(%0, %9, %9.1) : f32[1,2,3,3]  @conv  from %2, %7
                  %8 = relu(%10) : f32[1,2,3,3]  @norm
                  output "y" = %8
                }

                """)
        try Self.expectSameNumbers(graph, folded)
    }

    @Test func aNormDoesNotFoldIntoAConvolutionWithOtherReaders() throws {
        let graph = try Self.graph(sharesConvolution: true), log = RewriteLog()
        #expect(try Pipeline([FoldNormIntoConvolution()]).run(graph, log: log) == graph)
        #expect(log.entries.map(\.isApplied) == [false])
    }

    /// conv → norm with these numbers, one channel, variance + ε = variance.
    private func numbers(
        _ element: ElementType, weight: Double, scale: Double, mean: Double = 0, variance: Double
    ) throws -> (graph: Graph, states: [String: Tensor]) {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(element, shape: [1, 1, 1, 1]))
        let states = [
            ("conv.weight", weight, [1, 1, 1, 1]), ("norm.weight", scale, [1]), ("norm.bias", 0, [1]),
            ("norm.mean", mean, [1]), ("norm.variance", variance, [1]),
        ].map { ($0.0, Tensor(doubles: [$0.1], element: element, shape: $0.2)) }
        let values = try states.map { try builder.state($0.0, .parameter, $0.1.type) }
        let y = try builder.add(Convolution(), [x, values[0]], path: "conv")[0]
        builder.output("y", try builder.add(BatchNormalization(epsilon: 0), [y] + values[1...], path: "norm")[0])
        return (try builder.finish(), Dictionary(uniqueKeysWithValues: states))
    }

    /// The smallest variance of float16 makes a weight of 100 one of 4e5, which it does not have.
    @Test(arguments: [ElementType.float16, .bfloat16]) func aNormOf16BitsIsNotFolded(_ element: ElementType) throws {
        let (graph, states) = try numbers(element, weight: 100, scale: 1, variance: 0x1p-24)
        let log = RewriteLog(), folded = try Pipeline([FoldNormIntoConvolution()]).run(graph, log: log)
        #expect(
            log.entries.map(\.isApplied) == [false]
                && log.entries[0].what.contains("\(element.rawValue) loses precision"))
        let x = Tensor(doubles: [1e-4], element: element, shape: [1, 1, 1, 1])
        let y = try Evaluator.run(folded, inputs: ["x": x], states: states).outputs["y"]!.doubles()[0]
        #expect(abs(y - 40.96) < 1)
    }

    @Test(arguments: [
        (1e20, 1e25, 0, 1e-20, "not finite"), (1, 1, 1e30, 1e-30, "not finite"), (1e-20, 1e-10, 0, 1e30, "too small"),
    ])
    func aNormWhoseFoldedValuesFloat32DoesNotHoldIsNotFolded(
        _ weight: Double, _ scale: Double, _ mean: Double, _ variance: Double, _ reason: String
    ) throws {
        let (graph, states) = try numbers(.float32, weight: weight, scale: scale, mean: mean, variance: variance)
        let log = RewriteLog()
        #expect(try Pipeline([FoldNormIntoConvolution(ParameterStore(states))]).run(graph, log: log) == graph)
        #expect(log.entries.map(\.isApplied) == [false] && log.entries[0].what.contains(reason))
    }

    @Test func aNormIsFoldedWhereItsValuesFit() throws {
        let (graph, states) = try numbers(.float32, weight: 100, scale: 1, variance: 1e-8), log = RewriteLog()
        _ = try Pipeline([FoldNormIntoConvolution(ParameterStore(states))]).run(graph, log: log)
        #expect(log.entries.map(\.isApplied) == [true])
    }

    @Test func aNormAndItsReluBecomeOneNode() throws {
        let graph = try Self.graph()
        let fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(
            fused.nodes.map(\.op.mnemonic).filter { $0 == "normRelu" || $0 == "relu" || $0 == "batchNorm" } == [
                "normRelu"
            ])
        try Self.expectSameNumbers(graph, fused)
    }

    @Test func aNormWithAnotherReaderIsNotFused() throws {
        let graph = try Self.graph(sharesNorm: true)
        #expect(try Pipeline([FuseNormRelu()]).run(graph) == graph)
    }

    @Test func preparingForTrainingUpdatesTheRunningStatistics() throws {
        let prepared = try Pipeline([PrepareNormsForTraining()]).run(Self.graph())
        #expect(prepared.updates.map(\.path) == ["norm.mean", "norm.variance"])
        let result = try Evaluator.run(prepared, inputs: ["x": Self.image], states: Self.states)
        // Channel 0 of the convolution is x0 + 2·x1 with x0 = −9…−1, x1 = 0…8: mean −5 + 2·4 = 3, variance 9 · 60/9 =
        // 60.
        #expect(abs(result.updates["norm.mean"]!.doubles()[0] - (0.9 * 1 + 0.1 * 3)) < 1e-6)
        #expect(abs(result.updates["norm.variance"]!.doubles()[0] - (0.9 * 4 + 0.1 * 60 * 9 / 8)) < 1e-5)
    }

    @Test func frozenNormsKeepTheirStatistics() throws {
        let frozen = try Self.graph().rebuilding { node, inputs, builder in
            guard var norm = node.op as? BatchNormalization else { return nil }
            norm.policy = .frozenStatistics
            return try builder.add(norm, inputs, path: node.path, id: node.id)
        }
        #expect(try Pipeline([PrepareNormsForTraining()]).run(frozen) == frozen)
    }

    @Test func rewritesStopAtTheLimit() throws {
        let graph = try Self.graph()
        #expect(
            try Pipeline([FoldNormIntoConvolution(), FuseNormRelu()]).run(graph, log: RewriteLog(limit: 0)) == graph)
    }
}
