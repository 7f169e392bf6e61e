import TesseraAutodiff
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Element-wise ops by hand: special values, bounds in the wrong order, broadcasting and its gradients.
@Suite struct ElementwiseTests {
    private static let special: [Float] = [-.infinity, -100, -1.5, -0.0, 0, 0.25, 3, 100, .infinity, .nan]

    private static let functions: [(op: any Op, values: [Float])] = [
        (Relu(), [0, 0, 0, 0, 0, 0.25, 3, 100, .infinity, .nan]),
        (Clip(low: -1, high: 2), [-1, -1, -1, 0, 0, 0.25, 2, 2, 2, .nan]),
        (Absolute(), [.infinity, 100, 1.5, 0, 0, 0.25, 3, 100, .infinity, .nan]),
        (Sign(), [-1, -1, -1, 0, 0, 1, 1, 1, 1, .nan]),
    ]

    /// Definitions and kernels alike, over more elements than a vector has.
    @Test(arguments: 0..<functions.count)
    func specialValues(_ index: Int) throws {
        let (op, values) = Self.functions[index]
        let x = Tensor((0..<7).flatMap { _ in Self.special }, shape: [70]),
            expected = Tensor((0..<7).flatMap { _ in values }, shape: [70])
        let node = try OneNodeGraph(op, [x])
        #expect(try node.evaluated()[0].equals(expected))
        for set in InstructionSet.available {
            #expect(try node.executed(set, threads: 1)[0].equals(expected), "\(set.rawValue)")
        }
    }

    @Test func sigmoidAndSoftplusDoNotOverflow() throws {
        let x = Tensor([-200, -50, 0, 50, 200, -.infinity, .infinity] as [Float], shape: [7])
        for set in InstructionSet.available {
            #expect(
                try OneNodeGraph(Sigmoid(), [x]).executed(set, threads: 1)[0].distance(
                    from: Tensor([0, 1.9287498e-22, 0.5, 1, 1, 0, 1] as [Float], shape: [7])) < 1e-6)
            #expect(
                try OneNodeGraph(Softplus(), [x]).executed(set, threads: 1)[0].distance(
                    from: Tensor([0, 1.9287498e-22, 0.6931472, 50, 200, 0, .infinity] as [Float], shape: [7])) < 1e-6)
        }
        #expect(try Sigmoid().evaluate([Tensor([-750.0, 750], shape: [2])])[0].doubles() == [0, 1])
        #expect(try Softplus().evaluate([Tensor([-750.0, 750, .nan], shape: [3])])[0].doubles()[1] == 750)
    }

    @Test func boundsInTheWrongOrderGiveTheUpperOne() throws {
        let node = try OneNodeGraph(Clip(low: 3, high: 1), [Tensor([0, 2, 5] as [Float], shape: [3])])
        #expect(try node.evaluated()[0].array(of: Float.self) == [1, 1, 1])
        for set in InstructionSet.available {
            #expect(try node.executed(set, threads: 1)[0].array(of: Float.self) == [1, 1, 1])
        }
    }

    @Test func onlyMissingBoundsAreLeftOut() throws {
        for (low, high) in [
            (-Double.infinity, 1.0), (0, Double.infinity), (-.infinity, .infinity), (.infinity, .infinity),
            (-.infinity, -.infinity),
        ] {
            let node = try OneNodeGraph(Clip(low: low, high: high), [Tensor([0.5] as [Float], shape: [1])])
            let read = try ONNXRoundTrip.run(node.graph, opset: 17)
            #expect(read.nodes.last?.op.isEqual(to: Clip(low: low, high: high)) == true)
        }
    }

    @Test func gradientsAtKinksAreThoseOfPyTorch() throws {
        let dy = Tensor([1.0, 2, 3], shape: [3])
        #expect(try ReluGradient().evaluate([dy, Tensor([0.0, 1, 0], shape: [3])])[0].doubles() == [0, 2, 0])
        #expect(
            try ClipGradient(low: -1, high: 1).evaluate([dy, Tensor([-1.0, 1, 1.5], shape: [3])])[0].doubles() == [
                1, 2, 0,
            ])
        #expect(try Sign().evaluate([Tensor([0.0], shape: [1])])[0].doubles() == [0])
    }

    @Test func nothingIsLessThanNaNAndIntegersAreComparedExactly() throws {
        #expect(
            try Less().evaluate([
                Tensor([Float.nan, 1, -.infinity], shape: [3]), Tensor([Float(1), .nan, 0], shape: [3]),
            ])[0] == Tensor([false, false, true], shape: [3]))
        let large = Int64(1) << 53
        #expect(
            try Less().evaluate([Tensor([large], shape: [1]), Tensor([large + 1], shape: [1])])[0]
                == Tensor([true], shape: [1]))
        #expect(
            try Less().evaluate([Tensor([UInt64(1)], shape: [1]), Tensor([UInt64.max], shape: [1])])[0]
                == Tensor([true], shape: [1]))
    }

    @Test func integersWrap() throws {
        #expect(
            try Add().evaluate([Tensor([Int8(127)], shape: [1]), Tensor([Int8(1)], shape: [1])])[0]
                == Tensor([Int8.min], shape: [1]))
        #expect(
            try Multiply().evaluate([Tensor([UInt64.max], shape: [1]), Tensor([UInt64(2)], shape: [1])])[0]
                == Tensor([UInt64.max - 1], shape: [1]))
    }

    @Test func broadcastingAlignsTheLastAxes() throws {
        let a = Tensor([1.0, 2], shape: [2, 1]), b = Tensor([10.0, 20, 30], shape: [3])
        #expect(try Add().evaluate([a, b])[0] == Tensor([11.0, 21, 31, 12, 22, 32], shape: [2, 3]))
        #expect(throws: TesseraError.self) {
            try Add().outputTypes(for: [TensorType(.float32, [2, 3]), TensorType(.float32, [2])])
        }
        #expect(throws: TesseraError.self) {
            try Add().outputTypes(for: [TensorType(.float32, ["N", 3]), TensorType(.float32, [2, 3])])
        }
        #expect(
            try Add().outputTypes(for: [TensorType(.float32, ["N", 3]), TensorType(.float32, [3])]) == [
                TensorType(.float32, ["N", 3])
            ])
    }

    @Test func gradientsOfRepeatedOperandsAreSummed() throws {
        let builder = GraphBuilder()
        let a = try builder.addInput("a", TensorType(.float64, [2, 1])),
            b = try builder.addInput("b", TensorType(.float64, [3]))
        let sum = try builder.add(ReduceSum(), builder.add(Multiply(), [a, b]))[0]
        for (name, gradient) in zip(["a", "b"], try Autodiff.gradients(of: sum, withRespectTo: [a, b], in: builder)) {
            builder.output(name, gradient)
        }
        let result = try Evaluator.run(
            builder.finish(),
            inputs: ["a": Tensor([1.0, 2], shape: [2, 1]), "b": Tensor([10.0, 20, 30], shape: [3])]
        ).outputs
        #expect(result["a"] == Tensor([60.0, 60], shape: [2, 1]))
        #expect(result["b"] == Tensor([3.0, 3, 3], shape: [3]))
    }

    /// Nothing to compute is no mistake.
    @Test func emptyTensorsPassThroughDefinitionsAndKernels() throws {
        let empty = Tensor(zeros: .float32, shape: [2, 0, 3]), image = Tensor(zeros: .float32, shape: [0, 3, 4, 4])
        for (op, inputs) in [
            (Relu() as any Op, [empty]), (Add(), [empty, Tensor(scalar: Float(1))]), (Sigmoid(), [image]),
            (Multiply(), [image, image]), (Concat(axis: 1), [empty, empty]),
            (BroadcastTo(shape: [4, 2, 0, 3]), [empty]), (ReduceSum(axes: [1]), [empty]),
            (Reshape(to: [3, 0]), [Tensor(zeros: .float32, shape: [0, 3]).reshaped([3, 0])]),
        ] {
            let node = try OneNodeGraph(op, inputs)
            #expect(try node.executed(.best, threads: 2) == node.evaluated(), "\(op.mnemonic)")
        }
    }
}
