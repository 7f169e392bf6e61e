import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Shapes and slices by hand.
@Suite struct ShapingTests {
    private static func reshaped(_ dimensions: [Dimension], _ target: [Int]) throws -> [Dimension] {
        try Reshape(to: target).outputTypes(for: [TensorType(.float32, dimensions)])[0].dimensions
    }

    @Test func zeroKeepsAndMinusOneTakesTheRest() throws {
        #expect(try Self.reshaped([2, 3, 4], [0, -1]) == [2, 12])
        #expect(try Self.reshaped([2, 3, 4], [4, 0, 2]) == [4, 3, 2])
        #expect(try Self.reshaped([2, 3, 4], [-1]) == [24])
        #expect(try Self.reshaped([1], []) == [])
    }

    @Test func aNamedDimensionIsKeptInPlaceOrTaken() throws {
        #expect(try Self.reshaped(["N", 3, 4], [0, -1]) == ["N", 12])
        #expect(try Self.reshaped(["N", 3, 4], [0, 4, 3]) == ["N", 4, 3])
        #expect(try Self.reshaped(["N", 3, 4], [-1, 12]) == ["N", 12])
    }

    @Test(
        arguments: [([2, 3], [4]), ([2, 3], [4, -1]), ([2, 3], [-1, -1]), ([2, 3], [2, 3, 0]), ([2, 3], [-2])]
            as [([Int], [Int])])
    func shapesOfOtherSizesAreRefused(_ from: [Int], _ target: [Int]) {
        #expect(throws: TesseraError.self) {
            try Reshape(to: target).checkAttributes()
            _ = try Reshape(to: target).outputTypes(for: [TensorType(.float32, shape: from)])
        }
    }

    @Test func withAllowzeroAZeroIsAnExtent() throws {
        let type = TensorType(.float32, shape: [2, 0, 3])
        for shape in [[0], [0, 5], [7, 0, 2], [2, 0, 3, 1]] {
            #expect(try Reshape(exactly: shape).outputTypes(for: [type])[0].shape == shape)
            #expect(try Reshape(exactly: shape).evaluate([Tensor([] as [Float], shape: [2, 0, 3])])[0].shape == shape)
        }
        #expect(!Reshape(exactly: [6]).allowzero)
        var op = Reshape(to: [0, -1])
        op.allowzero = true
        let error = #expect(throws: TesseraError.self) { try op.outputTypes(for: [type]) }
        #expect(error?.accepted == "a shape without 0 or without -1")
        op.target = [3, -1]
        #expect(try op.outputTypes(for: [TensorType(.float32, shape: [2, 6])])[0].shape == [3, 4])
        op.target = [0, 3]
        for dimensions in [[0, "N"], [2, 3]] as [[Dimension]] {
            #expect(throws: TesseraError.self) { try op.outputTypes(for: [TensorType(.float32, dimensions)]) }
        }
    }

    @Test func allowzeroIsWrittenWhereItIsSet() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [0, 2]))
        builder.output("empty", try builder.add(Reshape(exactly: [3, 0]), [x])[0])
        builder.output("kept", try builder.add(Reshape(to: [0, 2, 1]), [x])[0])
        let graph = try builder.finish(), text = GraphText.print(graph)
        #expect(text.contains("shape=[3,0] allowzero=true : f32[3,0]") && text.contains("shape=[0,2,1] : f32[0,2,1]"))
        #expect(try GraphText.parse(text, catalog: .standard) == graph)
    }

    static let slices: [(op: Slice, values: [Double])] = [
        (Slice(axis: 0, start: 1, end: 3), [1, 2]), (Slice(axis: 0, start: -2, end: .max), [3, 4]),
        (Slice(axis: -1, start: 0, end: -1), [0, 1, 2, 3]),
        (Slice(axis: 0, start: -100, end: 2), [0, 1]), (Slice(axis: 0, start: 3, end: 1), []),
        (Slice(axis: 0, start: 7, end: 9), []),
        (Slice(axis: 0, start: 0, end: .max, step: 2), [0, 2, 4]),
        (Slice(axis: 0, start: .max, end: .min, step: -1), [4, 3, 2, 1, 0]),
        (Slice(axis: 0, start: -1, end: 0, step: -1), [4, 3, 2, 1]),
        (Slice(axis: 0, start: 3, end: -5, step: -2), [3, 1]), (Slice(axis: 0, start: 0, end: 3, step: -1), []),
        (Slice(axis: 0, start: -10, end: .min, step: -1), [0]),
        (Slice(axis: 0, start: 1, end: .max, step: .max), [1]), (Slice(axis: 0, start: 3, end: .min, step: .min), [3]),
        (Slice(axis: 0, start: .min, end: .max), [0, 1, 2, 3, 4]),
    ]

    @Test(arguments: slices)
    func startsAndEndsAreClampedAndCountFromTheBack(_ op: Slice, _ values: [Double]) throws {
        #expect(try op.evaluate([Tensor([0.0, 1, 2, 3, 4], shape: [5])])[0].doubles() == values)
    }

    @Test func theGradientOfASliceIsZeroElsewhere() throws {
        let gradient = SliceGradient(of: Slice(axis: 0, start: 4, end: .min, step: -3), extent: 5)
        #expect(try gradient.evaluate([Tensor([7.0, 8], shape: [2])])[0].doubles() == [0, 8, 0, 0, 7])
    }

    @Test func concatenationJoinsAlongOneAxis() throws {
        let a = Tensor([1.0, 2], shape: [2, 1]), b = Tensor([3.0, 4, 5, 6], shape: [2, 2])
        #expect(try Concat(axis: -1).evaluate([a, b])[0] == Tensor([1.0, 3, 4, 2, 5, 6], shape: [2, 3]))
        #expect(throws: TesseraError.self) { try Concat(axis: 0).outputTypes(for: [a.type, b.type]) }
        #expect(throws: TesseraError.self) { try Concat(axis: 2).outputTypes(for: [a.type, a.type]) }
    }

    @Test func placesCountFromTheBackAndLieOnTheAxis() throws {
        let x = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2]), places = Tensor([-1, 0] as [Int32], shape: [2])
        #expect(try Gather().evaluate([x, places])[0] == Tensor([5.0, 6, 1, 2], shape: [2, 2]))
        #expect(try Gather(axis: 1).evaluate([x, Tensor(scalar: Int64(1))])[0] == Tensor([2.0, 4, 6], shape: [3]))
        #expect(
            try GatherGradient(axis: 0, extent: 3).evaluate([
                Tensor([1.0, 2, 4], shape: [3]), Tensor([2, 0, -1] as [Int64], shape: [3]),
            ])[0] == Tensor([2.0, 0, 5], shape: [3]))
        let beyond = Tensor([3] as [Int64], shape: [1])
        let error = #expect(throws: TesseraError.self) { try Gather().evaluate([x, beyond]) }
        #expect(error?.found == "the index 3 along an axis of 3" && error?.accepted == "-3 to 2")
        #expect(throws: TesseraError.self) { try Gather().outputTypes(for: [x.type, TensorType(.float32, [2])]) }
        #expect(throws: TesseraError.self) { try Gather(axis: 2).outputTypes(for: [x.type, beyond.type]) }
    }

    /// Indices come with the data: a wrong one is found by the kernel.
    @Test func aPlaceBeyondTheAxisEndsTheRun() throws {
        for index in [Int64(-4), 3, .max, .min] {
            let x = Tensor([1, 2, 3] as [Float], shape: [3]), places = Tensor([0, index], shape: [2])
            let node = try OneNodeGraph(Gather(), [x, places])
            let error = #expect(throws: TesseraError.self) { try node.executed(.best, threads: 2) }
            #expect(error?.found == "the index \(index) along an axis of 3")
        }
    }

    @Test func paddingSurrounds() throws {
        let x = Tensor([1.0, 2, 3, 4], shape: [2, 2])
        #expect(
            try Pad(pads: [1, 0, 0, 1], value: 9).evaluate([x])[0]
                == Tensor(
                    [9.0, 9, 9, 1, 2, 9, 3, 4, 9], shape: [3, 3]))
        #expect(try Pad().evaluate([x])[0] == x)
        #expect(throws: TesseraError.self) { try Pad(pads: [1, 1]).outputTypes(for: [x.type]) }
        #expect(throws: TesseraError.self) { try Pad(pads: [1, 0, -1, 0]).checkAttributes() }
        let named = TensorType(.float32, ["N", 3])
        #expect(try Pad(pads: [0, 1, 0, 0]).outputTypes(for: [named])[0].dimensions == ["N", 4])
        #expect(throws: TesseraError.self) { try Pad(pads: [1, 0, 0, 0]).outputTypes(for: [named]) }
    }

    @Test func repeatingFollowsBroadcasting() throws {
        #expect(
            try BroadcastTo(shape: [2, 3]).evaluate([Tensor([1.0, 2], shape: [2, 1])])[0]
                == Tensor([1.0, 1, 1, 2, 2, 2], shape: [2, 3]))
        #expect(throws: TesseraError.self) {
            try BroadcastTo(shape: [2, 3]).outputTypes(for: [TensorType(.float32, [2])])
        }
    }
}
