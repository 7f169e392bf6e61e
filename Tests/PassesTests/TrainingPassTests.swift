import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

/// The passes of a training step, on a norm, its ReLU, and the gradients behind them.
@Suite struct TrainingPassTests {
    /// z = relu(norm(x)); from dz the gradient of a 1 × 1 convolution's weight that reads z, and those of the norm.
    static func graph(usesBatchStatistics: Bool = true, readsMask: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let type = TensorType(.float32, shape: [1, 2, 3, 3]), channels = TensorType(.float32, shape: [2])
        let x = try builder.addInput("x", type), dz = try builder.addInput("dz", type)
        func state(_ name: String, _ kind: StateKind = .parameter) throws -> Value {
            try builder.state("norm.\(name)", kind, channels)
        }
        let scale = try state("weight"), bias = try state("bias")
        let statistics =
            usesBatchStatistics
            ? try builder.add(ChannelMoments(), [x], path: "norm")
            : [try state("mean", .statistic), try state("variance", .statistic)]
        let norm = try builder.add(BatchNormalization(), [x, scale, bias] + statistics, path: "norm")
        let z = try builder.add(Relu(), [norm[0]], path: "norm")[0]
        let weight = ConvolutionWeightGradient(of: Convolution(), kernel: [1, 1])
        let dw = try builder.add(weight, [z, dz], path: "conv")[0]
        let masked = try builder.add(ReluGradient(), [dz, z], path: "norm")[0]
        let sums = try builder.add(BatchNormalizationGradientSums(), [masked, x] + statistics, path: "norm")
        let dx = try builder.add(
            BatchNormalizationGradient(epsilon: 1e-5, usesBatchStatistics: usesBatchStatistics),
            [masked, x, scale] + statistics + (usesBatchStatistics ? sums : []), path: "norm")
        for (name, value) in zip(["z", "dw", "dx", "dscale", "dbias"], [z, dw] + dx + sums) {
            builder.output(name, value)
        }
        if readsMask { builder.output("mask", masked) }
        return try builder.finish()
    }

    private static let inputs = [
        "x": NormPassTests.image, "dz": Tensor((0..<18).map { Float($0 % 5) - 1.5 }, shape: [1, 2, 3, 3]),
    ]

    private func expectSameNumbers(_ a: Graph, _ b: Graph) throws {
        let x = try Evaluator.run(a, inputs: Self.inputs, states: NormPassTests.states).outputs,
            y = try Evaluator.run(b, inputs: Self.inputs, states: NormPassTests.states).outputs
        #expect(x.count == y.count)
        for (name, tensor) in x {
            for (p, q) in zip(tensor.doubles(), y[name]!.doubles()) {
                #expect(abs(p - q) <= 1e-5 * max(1, abs(p)), "\(name)")
            }
        }
    }

    private func mnemonics(_ graph: Graph) -> [String] {
        graph.nodes.filter { !($0.op is Input || $0.op is State) }.map(\.op.mnemonic)
    }

    @Test func theGradientOfANormAndItsReluBecomesOneNode() throws {
        let graph = try Self.graph(), fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(
            mnemonics(graph) == [
                "channelMoments", "batchNorm", "relu", "convWeightGradient", "reluGradient", "batchNormGradientSums",
                "batchNormGradient",
            ])
        #expect(
            mnemonics(fused) == [
                "channelMoments", "normRelu", "convWeightGradient", "normReluGradientSums", "normReluGradient",
            ])
        let gradient = try #require(fused.nodes.last { $0.op is NormReluGradient }),
            sums = try #require(fused.nodes.last { $0.op is NormReluGradientSums }),
            norm = try #require(fused.nodes.first { $0.op is NormRelu })
        // dz, x, scale, bias, the batch's own mean and variance, and the sums.
        #expect(sums.inputs == [fused.inputs[1].value] + norm.inputs)
        #expect(gradient.inputs == sums.inputs + [sums.output(0), sums.output(1)])
        try expectSameNumbers(graph, fused)
    }

    @Test func theGradientOfANormWithStoredStatisticsBecomesOneNodeToo() throws {
        let graph = try Self.graph(usesBatchStatistics: false), fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(mnemonics(fused) == ["normRelu", "convWeightGradient", "normReluGradientSums", "normReluGradient"])
        #expect((fused.nodes.last { $0.op is NormReluGradient }?.op as? NormReluGradient)?.usesBatchStatistics == false)
        try expectSameNumbers(graph, fused)
    }

    @Test func aMaskWithAnotherReaderStays() throws {
        let graph = try Self.graph(readsMask: true), fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(mnemonics(fused).contains("reluGradient"))
        try expectSameNumbers(graph, fused)
    }

    @Test(arguments: [true, false])
    func theResultIsComputedAgainWhereTheBackwardPassReadsIt(_ usesBatchStatistics: Bool) throws {
        let fused = try Pipeline([FuseNormRelu()]).run(Self.graph(usesBatchStatistics: usesBatchStatistics))
        let log = RewriteLog(), recomputed = try Pipeline([RecomputeNormRelu()]).run(fused, log: log)
        #expect(
            mnemonics(recomputed) == (usesBatchStatistics ? ["channelMoments"] : []) + [
                "normRelu", "normRelu", "convWeightGradient", "normReluGradientSums", "normReluGradient",
            ])
        #expect(log.entries.map(\.isApplied) == [true])
        let gradient = recomputed.nodes.first { $0.op is ConvolutionWeightGradient }!
        let again = recomputed[gradient.inputs[0].node],
            first = recomputed.nodes.first { $0.op is NormRelu }!
        #expect(again.op is NormRelu && again.id != first.id && again.inputs == first.inputs)
        // The forward result is still that of the first.
        #expect(recomputed.outputs[0].value == first.output())
        try expectSameNumbers(fused, recomputed)
    }

    /// A gradient by another ε than the norm's is that of another norm.
    @Test func theGradientOfAnotherNormIsLeftAlone() throws {
        let graph = try Self.graph().rebuilding { node, inputs, builder in
            guard node.op is BatchNormalizationGradient else { return nil }
            return try builder.add(
                BatchNormalizationGradient(epsilon: 1e-3, usesBatchStatistics: true), inputs, keeping: node)
        }
        let fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(mnemonics(fused).contains("batchNormGradient") && mnemonics(fused).contains("normReluGradientSums"))
        try expectSameNumbers(graph, fused)
    }

    @Test func nothingIsComputedAgainForTheForwardPass() throws {
        let forward = try Pipeline([FuseNormRelu()]).run(NormPassTests.graph())
        #expect(try Pipeline([RecomputeNormRelu()]).run(forward) == forward)
    }

    @Test func theTextShowsBoth() throws {
        let graph = try Pipeline([FuseNormRelu(), RecomputeNormRelu()]).run(Self.graph())
        #expect(
            GraphText.print(graph) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %1 = input() name="dz" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %2 = state() path="norm.weight" type=f32[2] : f32[2]  @norm.weight
                  %3 = state() path="norm.bias" type=f32[2] : f32[2]  @norm.bias
                  %4 = channelMoments(%0) : f32[2], f32[2]  @norm
                  %11 = normRelu(%0, %2, %3, %4, %4.1) : f32[1,2,3,3]  @norm  from %6, %5
                  %14 = normRelu(%0, %2, %3, %4, %4.1) : f32[1,2,3,3]  @norm  from %6, %5  generation 1
                  %7 = convWeightGradient(%14, %1) kernel=[1,1] : f32[2,2,1,1]  @conv
                  %12 = normReluGradientSums(%1, %0, %2, %3, %4, %4.1) : f32[2], f32[2]  @norm  from %9, %8
                  %13 = normReluGradient(%1, %0, %2, %3, %4, %4.1, %12, %12.1) : f32[1,2,3,3]  @norm  from %10, %8
                  output "z" = %11
                  output "dw" = %7
                  output "dx" = %13
                  output "dscale" = %12
                  output "dbias" = %12.1
                }

                """)
    }
}
