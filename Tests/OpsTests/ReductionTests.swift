import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Sums, means and matrix products by hand.
@Suite struct ReductionTests {
    private static let x = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])

    @Test func axesAreSummedOrAveraged() throws {
        #expect(try ReduceSum(axes: [0]).evaluate([Self.x])[0] == Tensor([5.0, 7, 9], shape: [3]))
        #expect(
            try ReduceSum(axes: [-1], keepsDimensions: true).evaluate([Self.x])[0] == Tensor([6.0, 15], shape: [2, 1]))
        #expect(try ReduceMean().evaluate([Self.x])[0] == Tensor(scalar: 3.5))
        #expect(try ReduceMean(axes: [1]).evaluate([Self.x])[0] == Tensor([2.0, 5], shape: [2]))
        #expect(throws: TesseraError.self) { try ReduceSum(axes: [2]).outputTypes(for: [Self.x.type]) }
    }

    /// A sum of many small numbers after a large one keeps them: it is taken in Double.
    @Test func sumsOfFloatsAreTakenInDouble() throws {
        let values = [Float(16_777_216)] + [Float](repeating: 1, count: 1000)
        #expect(try ReduceSum().evaluate([Tensor(values, shape: [1001])])[0] == Tensor(scalar: Float(16_778_216)))
    }

    @Test func extremaOfNothingOfFlagsAndOfWhatIsNoNumber() throws {
        func maximum(_ x: Tensor) throws -> Tensor { try ReduceMaximum(axes: [1]).evaluate([x])[0] }
        func minimum(_ x: Tensor) throws -> Tensor { try ReduceMinimum(axes: [1]).evaluate([x])[0] }
        let none = Tensor(zeros: .float32, shape: [1, 0])
        #expect(try maximum(none) == Tensor([-Float.infinity], shape: [1]))
        #expect(try minimum(none) == Tensor([Float.infinity], shape: [1]))
        let flags = Tensor([true, false, false, false], shape: [2, 2])
        #expect(try maximum(flags) == Tensor([true, false], shape: [2]))
        #expect(try minimum(flags) == Tensor([false, false], shape: [2]))
        #expect(try maximum(Tensor(zeros: .int8, shape: [1, 0])) == Tensor([Int8.min], shape: [1]))
        #expect(try minimum(Tensor([UInt64.max, 3], shape: [1, 2])) == Tensor([UInt64(3)], shape: [1]))
        let x = Tensor([1, .nan, 2, 0, 1, -1] as [Float], shape: [2, 3])
        for set in InstructionSet.available {
            let node = try OneNodeGraph(ReduceMaximum(axes: [1]), [x])
            #expect(try node.executed(set, threads: 1)[0].equals(Tensor([.nan, 1] as [Float], shape: [2])))
        }
    }

    @Test func integersAreSummedExactly() throws {
        let large = Int64(1) << 60
        #expect(try ReduceSum().evaluate([Tensor([large, 1, 2], shape: [3])])[0] == Tensor(scalar: large + 3))
        #expect(
            try ReduceSum().evaluate([Tensor([Int8(100), 100], shape: [2])])[0]
                == Tensor(scalar: Int8(truncatingIfNeeded: 200)))
    }

    @Test func matricesMultiplyByHand() throws {
        let a = Tensor([1.0, 2, 3, 4], shape: [2, 2]), b = Tensor([5.0, 6, 7, 8], shape: [2, 2])
        #expect(try MatrixMultiply().evaluate([a, b])[0].doubles() == [19, 22, 43, 50])
        #expect(try MatrixMultiply(transposesA: true).evaluate([a, b])[0].doubles() == [26, 30, 38, 44])
        #expect(try MatrixMultiply(transposesB: true).evaluate([a, b])[0].doubles() == [17, 23, 39, 53])
        #expect(try Linear().evaluate([a, b, Tensor([100.0, 200], shape: [2])])[0].doubles() == [117, 223, 139, 253])
        #expect(throws: TesseraError.self) {
            try MatrixMultiply().outputTypes(for: [TensorType(.float32, [2, 3]), TensorType(.float32, [2, 3])])
        }
    }
}
