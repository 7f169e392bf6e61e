import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Reverse mode on graphs of several nodes; gradient rules themselves are tested with the ops.
@Suite struct AutodiffTests {
    private static let vector = TensorType(.float64, [3])
    private static let x = Tensor([1.0, 2, 3], shape: [3])

    private static func gradients(_ type: TensorType = vector, _ body: (GraphBuilder, Value) throws -> Value) throws
        -> Tensor
    {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", type)
        let scalar = try builder.add(ReduceSum(), [body(builder, x)])[0]
        builder.output("dx", try Autodiff.gradients(of: scalar, withRespectTo: [x], in: builder)[0])
        return try Evaluator.run(builder.finish(), inputs: ["x": Self.x.converted(to: type.element)]).outputs["dx"]!
    }

    @Test func usesOfOneValueAreSummed() throws {
        // x² · x + x: 3x² + 1.
        let dx = try Self.gradients { builder, x in
            let square = try builder.add(Multiply(), [x, x])[0]
            return try builder.add(Add(), [builder.add(Multiply(), [square, x])[0], x])[0]
        }
        #expect(dx.doubles() == [4, 13, 28])
    }

    @Test func nothingIsDifferentiatedBeyondTheTarget() throws {
        // A moving average has no gradient rule, and needs none where it is the target itself.
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector), average = try builder.add(MovingAverage(), [x, x])[0]
        let sum = try builder.add(ReduceSum(), [average])[0]
        builder.output("d", try Autodiff.gradients(of: sum, withRespectTo: [average], in: builder)[0])
        #expect(try Evaluator.run(builder.finish(), inputs: ["x": Self.x]).outputs["d"]!.doubles() == [1, 1, 1])
    }

    @Test func sharedParametersReceiveTheSumOfTheirUses() throws {
        let builder = GraphBuilder()
        let a = try builder.addInput("a", TensorType(.float64, [1, 2])),
            b = try builder.addInput("b", TensorType(.float64, [1, 2]))
        func layer(_ x: Value) throws -> Value {
            try builder.add(Linear(), [x, builder.state("shared.weight", .parameter, TensorType(.float64, [2, 2]))])[0]
        }
        let sum = try builder.add(ReduceSum(), builder.add(Add(), [layer(layer(a)), layer(b)]))[0]
        let weight = try #require(builder.graph.states.first).value
        builder.output("dw", try Autodiff.gradients(of: sum, withRespectTo: [weight], in: builder)[0])
        let inputs = ["a": Tensor([1.0, 2], shape: [1, 2]), "b": Tensor([5.0, 7], shape: [1, 2])]
        let result = try Evaluator.run(
            builder.finish(), inputs: inputs, states: ["shared.weight": Tensor([1.0, 2, 3, 4], shape: [2, 2])])
        // W a = (5, 11); d/dW of 1·W(Wa) is 1 (Wa)ᵀ + (Wᵀ1) aᵀ with Wᵀ1 = (4, 6); and of 1·Wb it is 1 bᵀ.
        #expect(result.outputs["dw"]!.doubles() == [14, 26, 16, 30])
    }

    @Test func valuesTheScalarDoesNotDependOnGetZeros() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector),
            other = try builder.addInput("other", TensorType(.float64, [2, 2]))
        let sum = try builder.add(ReduceSum(), [x])[0]
        let gradients = try Autodiff.gradients(of: sum, withRespectTo: [other, sum, x], in: builder)
        for (name, gradient) in zip(["other", "sum", "x"], gradients) { builder.output(name, gradient) }
        let result = try Evaluator.run(
            builder.finish(), inputs: ["x": Self.x, "other": Tensor(zeros: .float64, shape: [2, 2])]
        ).outputs
        #expect(result["other"] == Tensor(zeros: .float64, shape: [2, 2]))
        #expect(result["sum"]!.doubles() == [1] && result["x"]!.doubles() == [1, 1, 1])
    }

    @Test func intermediateValuesHaveGradientsToo() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector)
        let square = try builder.add(Multiply(), [x, x])[0]
        let sum = try builder.add(ReduceSum(), builder.add(Multiply(), [square, square]))[0]
        for (name, gradient) in zip(
            ["x", "square"], try Autodiff.gradients(of: sum, withRespectTo: [x, square], in: builder))
        { builder.output(name, gradient) }
        let result = try Evaluator.run(builder.finish(), inputs: ["x": Self.x]).outputs
        #expect(result["square"]!.doubles() == [2, 8, 18] && result["x"]!.doubles() == [4, 32, 108])
    }

    @Test func conditionsStopTheGradient() throws {
        let dx = try Self.gradients { builder, x in
            let condition = try builder.add(Less(), [x, builder.scalar(2.5, .float64)])[0]
            return try builder.add(Where(), [condition, builder.add(Multiply(), [x, x])[0], x])[0]
        }
        #expect(dx.doubles() == [2, 4, 1])
    }

    @Test func aMissingRuleNamesTheNode() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector)
        let clipped = try builder.add(ClipGradient(low: 0, high: 1), [x, x], path: "blocks.3.odd")[0]
        let sum = try builder.add(ReduceSum(), [clipped])[0]
        let error = #expect(throws: TesseraError.self) {
            try Autodiff.gradients(of: sum, withRespectTo: [x], in: builder)
        }
        #expect(error?.kind == .unsupported && error?.location == "%1 clipGradient at blocks.3.odd")
        // Off the way to a target it does not matter.
        let other = try builder.addInput("other", Self.vector)
        let total = try builder.add(ReduceSum(), builder.add(Add(), [clipped, other]))[0]
        #expect(throws: Never.self) { try Autodiff.gradients(of: total, withRespectTo: [other], in: builder) }
    }

    /// Of the mean (the first output), of the variance (the second), and of both: Σ weight · moment.
    @Test(arguments: [[true, false], [false, true], [true, true]])
    func gradientsReachSecondaryOutputs(_ reads: [Bool]) throws {
        let weights = [Draw.normal("mean", [3]), Draw.normal("variance", [3])]
        func functional(_ x: Tensor) throws -> (sum: Double, gradient: [Double]) {
            let builder = GraphBuilder()
            let input = try builder.addInput("x", x.type)
            let moments = try builder.add(ChannelMoments(), [input], path: "norm")
            let parts = try (0..<2).filter { reads[$0] }.map { slot in
                let weighted = try builder.add(Multiply(), [moments[slot], builder.constant(weights[slot])])
                return try builder.add(ReduceSum(), weighted)[0]
            }
            let sum = try parts.dropFirst().reduce(parts[0]) { try builder.add(Add(), [$0, $1])[0] }
            builder.output("sum", sum)
            builder.output("gradient", try Autodiff.gradients(of: sum, withRespectTo: [input], in: builder)[0])
            let results = try Evaluator.run(builder.finish(), inputs: ["x": x]).outputs
            return (results["sum"]!.doubles()[0], results["gradient"]!.doubles())
        }
        let x = Draw.normal("x", [2, 3, 2, 2]), gradient = try functional(x).gradient
        for index in gradient.indices {
            func sum(_ step: Double) throws -> Double {
                var moved = x
                moved.withMutableElements(Double.self) { $0[index] += step }
                return try functional(moved).sum
            }
            #expect(abs((try sum(1e-5) - sum(-1e-5)) / 2e-5 - gradient[index]) < 1e-8)
        }
    }

    @Test func onlyOneFloatingPointNumberIsDifferentiated() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector), n = try builder.addInput("n", TensorType(.int64, []))
        #expect(throws: TesseraError.self) { try Autodiff.gradients(of: x, withRespectTo: [x], in: builder) }
        #expect(throws: TesseraError.self) { try Autodiff.gradients(of: n, withRespectTo: [n], in: builder) }
    }

    @Test func addedNodesKnowTheirPathAndOrigin() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.vector)
        let y = try builder.add(Relu(), [x], path: "layer")[0]
        _ = try Autodiff.gradients(of: builder.add(ReduceSum(), [y])[0], withRespectTo: [x], in: builder)
        let gradient = try #require(builder.graph.nodes.last { $0.op is ReluGradient })
        #expect(gradient.path == "layer" && gradient.origins == [y.node])
    }
}
