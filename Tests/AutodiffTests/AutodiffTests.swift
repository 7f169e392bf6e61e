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

    @Test func gradientsOfSecondaryOutputsAreRefused() throws {
        let v = ["x": [2, 3], "scale": [3], "bias": [3]]
        for usesFirst in [false, true] {
            let builder = GraphBuilder()
            let inputs = try ["x", "scale", "bias"].map {
                try builder.addInput($0, TensorType(.float64, shape: v[$0]!))
            }
            let norm = try builder.add(BatchNormalizationTraining(), inputs, path: "norm")
            let used = usesFirst ? try builder.add(Add(), [norm[0], norm[1]])[0] : norm[1]
            let sum = try builder.add(ReduceSum(), [used])[0]
            let error = #expect(throws: TesseraError.self) {
                try Autodiff.gradients(of: sum, withRespectTo: [inputs[0]], in: builder)
            }
            #expect(error?.location == "%3 batchNormTraining at norm")
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
