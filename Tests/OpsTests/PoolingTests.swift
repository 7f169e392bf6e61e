import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// Windows at borders, by hand.
@Suite struct PoolingTests {
    private static func row(_ values: [Double]) -> Tensor { Tensor(values, shape: [1, 1, values.count]) }

    @Test func paddingNeverWins() throws {
        let y = try MaxPool(kernel: [2], strides: [2], pads: [1, 1]).evaluate([Self.row([-3, -1, -2, -4])])[0]
        #expect(y.doubles() == [-3, -1, -4])
    }

    @Test func minusInfinityAndNaNAreValuesLikeOthers() throws {
        let y = try MaxPool(kernel: [2], strides: [2]).evaluate([Self.row([-.infinity, -.infinity, 1, .nan, .nan, 2])])[
            0
        ].doubles()
        #expect(y[0] == -.infinity && y[1].isNaN && y[2].isNaN)
        #expect(
            try MaxPoolGradient(of: MaxPool(kernel: [2], strides: [2])).evaluate([
                Self.row([5, 7]), Self.row([-.infinity, -.infinity, 3, 3]),
            ])[0].doubles() == [5, 0, 7, 0])
    }

    @Test func theFirstMaximumReceivesTheGradient() throws {
        let pool = MaxPool(kernel: [3], strides: [1])
        #expect(
            try MaxPoolGradient(of: pool).evaluate([Self.row([1, 10, 100]), Self.row([2, 5, 5, 1, 5])])[0].doubles()
                == [0, 11, 100, 0, 0])
    }

    @Test func roundingUpTakesOnlyWindowsThatBeginInside() throws {
        // Five cells, windows of two: a third, half a window. With stride 3 the next would begin in the padding at the
        // end, and is none.
        #expect(
            try MaxPool(kernel: [2], strides: [2], ceilMode: true).evaluate([Self.row([1, 2, 3, 4, 5])])[0].doubles()
                == [2, 4, 5])
        #expect(
            try MaxPool(kernel: [2], strides: [3], pads: [0, 1], ceilMode: true).evaluate([Self.row([1, 2, 3])])[0]
                .doubles() == [2])
        #expect(try MaxPool(kernel: [2], strides: [2]).evaluate([Self.row([1, 2, 3, 4, 5])])[0].doubles() == [2, 4])
    }

    @Test func divisorsCountCellsOrDeclaredPaddingButNeverTheOverhang() throws {
        // Four cells, one of padding on both sides, windows of three at −1, 1, 3: the last has two cells (3, and
        // padding 4) and one beyond.
        let x = Self.row([6, 12, 18, 24])
        func pooled(_ counts: Bool) throws -> [Double] {
            try AveragePool(kernel: [3], strides: [2], pads: [1, 1], ceilMode: true, countsPadding: counts).evaluate([x]
            )[0].doubles()
        }
        #expect(try pooled(false) == [9, 18, 24])
        #expect(try pooled(true) == [6, 18, 12])
        #expect(
            try AveragePoolGradient(
                of: AveragePool(kernel: [3], strides: [2], pads: [1, 1], ceilMode: true, countsPadding: true),
                spatial: [4]
            )
            .evaluate([Self.row([6, 12, 8])])[0].doubles() == [2, 6, 4, 8])
    }

    @Test func divisorsMultiplyOverAxes() {
        let pool = AveragePool(kernel: [2, 3], strides: [2, 2], pads: [1, 1, 0, 0])
        #expect(pool.divisors(input: [3, 4], output: [2, 2]) == [2, 3, 4, 6])
    }

    @Test func windowsThatMissTheInputAreRefused() {
        let x = [TensorType(.float32, shape: [1, 1, 4])]
        for pads in [[2, 0], [0, 2], [-1, 0]] {
            #expect(throws: TesseraError.self) { try MaxPool(kernel: [2], pads: pads).outputTypes(for: x) }
            #expect(throws: TesseraError.self) { try AveragePool(kernel: [2], pads: pads).outputTypes(for: x) }
        }
    }
}
