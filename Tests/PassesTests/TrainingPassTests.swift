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
        let norm: [Value], mean: Value, variance: Value
        if usesBatchStatistics {
            norm = try builder.add(BatchNormalizationTraining(), [x, scale, bias], path: "norm")
            (mean, variance) = (norm[1], norm[2])
        } else {
            (mean, variance) = (try state("mean", .statistic), try state("variance", .statistic))
            norm = try builder.add(BatchNormalization(), [x, scale, bias, mean, variance], path: "norm")
        }
        let z = try builder.add(Relu(), [norm[0]], path: "norm")[0]
        let weight = ConvolutionWeightGradient(of: Convolution(), kernel: [1, 1])
        let dw = try builder.add(weight, [z, dz], path: "conv")[0]
        let masked = try builder.add(ReluGradient(), [dz, z], path: "norm")[0]
        let gradients = try builder.add(
            BatchNormalizationGradient(epsilon: 1e-5, usesBatchStatistics: usesBatchStatistics),
            [masked, x, scale, mean, variance],
            path: "norm")
        for (name, value) in zip(["z", "dw", "dx", "dscale", "dbias"], [z, dw] + gradients) {
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
                "batchNormTraining", "relu", "convWeightGradient", "reluGradient", "batchNormGradient",
            ])
        #expect(mnemonics(fused) == ["normReluTraining", "convWeightGradient", "normReluGradient"])
        let gradient = try #require(fused.nodes.last { $0.op is NormReluGradient }),
            norm = fused.nodes.first {
                $0.op is NormReluTraining
            }!
        // dz, x, scale, bias, and the batch's own mean and variance.
        #expect(
            gradient.inputs == [
                fused.inputs[1].value, fused.inputs[0].value, norm.inputs[1], norm.inputs[2], norm.output(1),
                norm.output(2),
            ])
        try expectSameNumbers(graph, fused)
    }

    @Test func theGradientOfANormWithStoredStatisticsBecomesOneNodeToo() throws {
        let graph = try Self.graph(usesBatchStatistics: false), fused = try Pipeline([FuseNormRelu()]).run(graph)
        #expect(mnemonics(fused) == ["normRelu", "convWeightGradient", "normReluGradient"])
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
            mnemonics(recomputed) == [
                usesBatchStatistics ? "normReluTraining" : "normRelu", "normRelu", "convWeightGradient",
                "normReluGradient",
            ])
        #expect(log.entries.map(\.isApplied) == [true])
        let gradient = recomputed.nodes.first { $0.op is ConvolutionWeightGradient }!
        let again = recomputed[gradient.inputs[0].node],
            first = recomputed.nodes.first { node in
                node.op is NormReluTraining || node.op is NormRelu
            }!
        #expect(again.op is NormRelu && again.id != first.id && again.inputs[0] == recomputed.inputs[0].value)
        if usesBatchStatistics { #expect(again.inputs[3...] == [first.output(1), first.output(2)]) }
        // The forward result is still that of the first.
        #expect(recomputed.outputs[0].value == first.output())
        try expectSameNumbers(fused, recomputed)
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
                  %9 = normReluTraining(%0, %2, %3) : f32[1,2,3,3], f32[2], f32[2]  @norm  from %4
                  %11 = normRelu(%0, %2, %3, %9.1, %9.2) : f32[1,2,3,3]  @norm  from %4
                  %6 = convWeightGradient(%11, %1) kernel=[1,1] : f32[2,2,1,1]  @conv
                  %10 = normReluGradient(%1, %0, %2, %3, %9.1, %9.2) : f32[1,2,3,3], f32[2], f32[2]  @norm  from %8
                  output "z" = %9
                  output "dw" = %6
                  output "dx" = %10
                  output "dscale" = %10.1
                  output "dbias" = %10.2
                }

                """)
    }
}
