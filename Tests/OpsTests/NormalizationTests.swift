import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import TesseraTraining
import TestSupport
import Testing

/// Batch norms by hand, and the three policies of one norm in training.
@Suite struct NormalizationTests {
    @Test func storedStatisticsByHand() throws {
        let x = Tensor([1.0, 3, 10, 30], shape: [1, 2, 2]),
            vectors = [[2.0, 1], [0.5, -1], [1, 10], [4, 100]].map { Tensor($0, shape: [2]) }
        let y = try BatchNormalization(epsilon: 0).evaluate([x] + vectors)[0]
        #expect(y.doubles() == [0.5, 2.5, -1, 1])
    }

    @Test func batchStatisticsArePopulationOnes() throws {
        // Channel 0: 1, 3, 5, 7 with mean 4 and variance 5; channel 1: 0, 0, 2, 2 with mean 1 and variance 1.
        let x = Tensor([1.0, 3, 0, 0, 5, 7, 2, 2], shape: [2, 2, 2]), one = Tensor([1.0, 1], shape: [2]),
            zero = Tensor([0.0, 0], shape: [2])
        let moments = try ChannelMoments().evaluate([x])
        #expect(moments[0].doubles() == [4, 1] && moments[1].doubles() == [5, 1])
        let results = try BatchNormalization(epsilon: 0).evaluate([x, one, zero] + moments)
        #expect(
            results[0].distance(
                from: Tensor(
                    [-3, -1, -5.0.squareRoot(), -5.0.squareRoot(), 1, 3, 5.0.squareRoot(), 5.0.squareRoot()].map {
                        $0 / 5.0.squareRoot()
                    }, shape: [2, 2, 2])) < 1e-15)
    }

    @Test func momentumIsTheWeightOfTheOldStatistic() throws {
        let old = Tensor([10.0], shape: [1]), new = Tensor([20.0], shape: [1])
        #expect(try MovingAverage(momentum: 0.75).evaluate([old, new])[0].doubles() == [12.5])
        #expect(try MovingAverage(momentum: 0.75, correction: 2).evaluate([old, new])[0].doubles() == [17.5])
    }

    @Test func oneValueAChannelHasNoVariance() {
        #expect(throws: TesseraError.self) {
            try ChannelMoments().outputTypes(for: [TensorType(.float32, [1, 3, 1, 1])])
        }
    }

    /// Parameters may be of another type than x; results have the types that are declared.
    @Test(arguments: [ElementType.float16, .bfloat16, .float32, .float64], [ElementType.float16, .float32, .float64])
    func parametersMayHaveAnotherType(_ image: ElementType, _ vector: ElementType) throws {
        let v = OpSamples.norm([2, 3, 2, 2])
        for (op, images, vectors) in [
            (ChannelMoments() as any Op, [v.x], []),
            (BatchNormalizationGradientSums(), [v.dy, v.x], [v.mean, v.variance]),
            (BatchNormalizationGradient(), [v.dy, v.x], [v.scale, v.mean, v.variance] + OpSamples.gradientSums(3)),
            (BatchNormalization(), [v.x], [v.scale, v.bias, v.mean, v.variance]),
        ] {
            let node = try OneNodeGraph(
                op, images.map { $0.converted(to: image) } + vectors.map { $0.converted(to: vector) })
            #expect(try node.evaluated().map(\.type) == node.graph.outputs.map { node.graph.type(of: $0.value) })
            #expect(try node.executed(.best, threads: 1).map(\.type) == node.evaluated().map(\.type))
        }
    }

    /// Σ c · norm(x) with a policy, prepared for training as a training graph is.
    private static func functional(_ policy: NormPolicy, _ v: [String: Tensor], gradients: Bool) throws
        -> Evaluator.Result
    {
        let builder = GraphBuilder(), vector = TensorType(.float64, shape: [3])
        let x = try builder.addInput("x", v["x"]!.type)
        let states = try [
            ("scale", StateKind.parameter), ("bias", .parameter), ("mean", .statistic), ("variance", .statistic),
        ].map { try builder.state($0, $1, vector) }
        builder.output("y", try builder.add(BatchNormalization(epsilon: 1e-3, policy: policy), [x] + states)[0])
        let prepared = GraphBuilder(try PrepareNormsForTraining().run(builder.finish(), RewriteLog()))
        let y = prepared.graph.outputs[0].value
        let product = try prepared.add(Multiply(), [y, prepared.constant(Draw.normal("functional", v["x"]!.shape))])
        let sum = try prepared.add(ReduceSum(), product)[0]
        prepared.output("sum", sum)
        if gradients {
            let targets = [x] + prepared.graph.states.filter { $0.state.kind == .parameter }.map(\.value)
            for (name, gradient) in zip(
                ["x", "scale", "bias"], try Autodiff.gradients(of: sum, withRespectTo: targets, in: prepared))
            { prepared.output(name, gradient) }
        }
        return try Evaluator.run(prepared.finish(), inputs: v, states: v)
    }

    @Test(arguments: NormPolicy.allCases)
    func policiesAgreeWithFiniteDifferences(_ policy: NormPolicy) throws {
        let drawn = OpSamples.norm([2, 3, 2, 3])
        let v = [
            "x": drawn.x, "scale": drawn.scale, "bias": drawn.bias, "mean": drawn.mean, "variance": drawn.variance,
        ]
        let result = try Self.functional(policy, v, gradients: true)
        #expect(result.updates.keys.sorted() == (policy == .train ? ["mean", "variance"] : []))
        for name in ["x", "scale", "bias"] {
            let derivatives = result.outputs[name]!.doubles()
            for index in derivatives.indices {
                func sum(_ step: Double) throws -> Double {
                    var moved = v
                    moved[name]!.withMutableElements(Double.self) { $0[index] += step }
                    return try Self.functional(policy, moved, gradients: false).outputs["sum"]!.doubles()[0]
                }
                #expect(abs((try sum(1e-5) - sum(-1e-5)) / 2e-5 - derivatives[index]) < 1e-7, "\(name) \(index)")
            }
        }
    }

    /// A frozen norm's scale and bias are not trained, those of the other policies are.
    @Test(arguments: NormPolicy.allCases)
    func policiesSayWhatIsTrained(_ policy: NormPolicy) throws {
        let builder = GraphBuilder(), vector = TensorType(.float32, [3])
        let x = try builder.addInput("image", TensorType(.float32, ["N", 3, 4, 4]))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float32, [3, 3, 1, 1]))
        let states = try ["weight", "bias", "mean", "variance"].map {
            try builder.state("norm.\($0)", ["mean", "variance"].contains($0) ? .statistic : .parameter, vector)
        }
        let y = try builder.add(BatchNormalization(policy: policy), builder.add(Convolution(), [x, weight]) + states)[0]
        let pooled = try builder.add(ReduceMean(axes: [2, 3]), [y])[0]
        builder.output("score", try builder.add(ReduceMean(axes: [1], keepsDimensions: true), [pooled])[0])
        let training = try TrainingGraph(model: builder.finish(), inputShape: [2, 3, 4, 4], options: .init())
        #expect(
            training.trained.sorted()
                == (policy == .frozen ? ["conv.weight"] : ["conv.weight", "norm.bias", "norm.weight"]))
        #expect(Set(training.graph.updates.map(\.path)).contains("norm.mean") == (policy == .train))
    }
}
