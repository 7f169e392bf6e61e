import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// Convolutions small enough to compute by hand.
@Suite struct ConvolutionTests {
    static func convolve(
        _ op: Convolution, _ x: [Double], _ shape: [Int], _ weight: [Double], _ weightShape: [Int],
        bias: [Double]? = nil
    ) throws -> Tensor {
        try op.evaluate(
            [Tensor(x, shape: shape), Tensor(weight, shape: weightShape)]
                + (bias.map { [Tensor($0, shape: [$0.count])] } ?? []))[0]
    }

    @Test func padsAreAllBeginsThenAllEnds() throws {
        // One row above, one column to the right: the kernel [[1, 2], [3, 4]] is not turned around.
        let y = try Self.convolve(
            Convolution(pads: [1, 0, 0, 1]), [1, 2, 3, 4], [1, 1, 2, 2], [1, 2, 3, 4], [1, 1, 2, 2])
        #expect(y == Tensor([11.0, 6, 30, 14], shape: [1, 1, 2, 2]))
    }

    @Test func stridesAndDilationsSkipCells() throws {
        let x: [Double] = [1, 2, 3, 4, 5, 6, 7]
        #expect(
            try Self.convolve(Convolution(strides: [2]), x, [1, 1, 7], [1, 10], [1, 1, 2]).doubles() == [21, 43, 65])
        #expect(
            try Self.convolve(Convolution(dilations: [3]), x, [1, 1, 7], [1, 10], [1, 1, 2]).doubles() == [
                41, 52, 63, 74,
            ])
    }

    @Test func groupsReadTheirOwnChannels() throws {
        // Two groups of two channels, two filters each.
        let y = try Self.convolve(
            Convolution(group: 2), [1, 2, 3, 4], [1, 4, 1, 1], [1, 0, 0, 1, 1, 1, 1, -1], [4, 2, 1, 1],
            bias: [0, 10, 0, 10])
        #expect(y.doubles() == [1, 12, 7, 9])
    }

    @Test func aMultiplierPutsAChannelsFiltersSideBySide() throws {
        let y = try Self.convolve(
            Convolution(group: 2), [1, 2], [1, 2, 1, 1], [10, 100, 1000, 10_000], [4, 1, 1, 1])
        #expect(y.doubles() == [10, 100, 2000, 20_000])
    }

    @Test func gradientsOfOneRow() throws {
        let op = Convolution(strides: [2], pads: [1, 0]), dy = Tensor([1.0, 10], shape: [1, 1, 2])
        // x = [1, 2, 3, 4], windows [pad, 1] and [2, 3] under the kernel [5, 7].
        #expect(
            try ConvolutionInputGradient(of: op, spatial: [4]).evaluate([dy, Tensor([5.0, 7], shape: [1, 1, 2])])[0]
                .doubles() == [7, 50, 70, 0])
        #expect(
            try ConvolutionWeightGradient(of: op, kernel: [2]).evaluate([
                Tensor([1.0, 2, 3, 4], shape: [1, 1, 4]), dy,
            ])[0].doubles() == [20, 31])
    }

    @Test func aNamedBatchStaysNamed() throws {
        let types = [TensorType(.float32, ["N", 3, 8, 9]), TensorType(.float32, shape: [4, 3, 3, 3])]
        #expect(
            try Convolution(strides: [2, 2], pads: [1, 1, 1, 1]).outputTypes(for: types) == [
                TensorType(.float32, ["N", 4, 4, 5])
            ])
    }

    static let misfits: [(op: Convolution, x: [Int], weight: [Int])] = [
        (Convolution(), [1, 3, 8, 8], [4, 2, 3, 3]), (Convolution(group: 2), [1, 4, 8, 8], [3, 2, 3, 3]),
        (Convolution(), [1, 3, 2, 8], [4, 3, 3, 3]),
        (Convolution(strides: [1]), [1, 3, 8, 8], [4, 3, 3, 3]),
        (Convolution(pads: [1, 1]), [1, 3, 8, 8], [4, 3, 3, 3]),
        (Convolution(pads: [-1, 0, 0, 0]), [1, 3, 8, 8], [4, 3, 3, 3]),
        (Convolution(), [1, 3, 8], [4, 3, 3, 3]), (Convolution(strides: [0, 1]), [1, 3, 8, 8], [4, 3, 3, 3]),
    ]

    @Test(arguments: misfits)
    func whatDoesNotFitIsAnError(_ op: Convolution, _ x: [Int], _ weight: [Int]) {
        #expect(throws: TesseraError.self) {
            try op.outputTypes(for: [TensorType(.float32, shape: x), TensorType(.float32, shape: weight)])
        }
    }
}
