import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Convolution kernels, forward and both backward forms, on sizes that fill no vector, panel or tile.
@Suite struct ConvolutionLoweringTests {
    struct Case: CustomTestStringConvertible {
        let x: [Int], filters: Int, kernel: [Int]
        var op = Convolution()
        var testDescription: String {
            "\(x) → \(filters), \(kernel), \(GraphText.attributes(of: op).joined(separator: " "))"
        }

        init(
            _ x: [Int], _ filters: Int, _ kernel: [Int], stride: Int = 1, pads: [Int]? = nil, dilation: Int = 1,
            group: Int = 1
        ) {
            self.x = x
            self.filters = filters
            self.kernel = kernel
            let around = [(kernel[0] - 1) / 2 * dilation, (kernel[1] - 1) / 2 * dilation]
            op = Convolution(
                strides: [stride, stride], pads: pads ?? around + around, dilations: [dilation, dilation], group: group)
        }
    }

    static let dense = [
        Case([2, 5, 7, 9], 17, [1, 1]), Case([1, 17, 13, 5], 50, [1, 1]), Case([3, 50, 5, 5], 5, [1, 1]),
        Case([1, 17, 9, 7], 24, [1, 1], stride: 2), Case([1, 1, 33, 17], 1, [1, 1]),
        Case([2, 5, 7, 9], 17, [3, 3]), Case([1, 17, 9, 5], 50, [3, 3]), Case([1, 50, 5, 6], 5, [3, 3]),
        Case([2, 5, 11, 9], 17, [3, 3], stride: 2), Case([1, 17, 8, 10], 33, [3, 3], stride: 2),
        Case([1, 1, 21, 17], 24, [7, 7], stride: 2), Case([2, 3, 19, 22], 5, [7, 7], stride: 2),
        Case([1, 3, 9, 11], 17, [7, 7]),
        Case([1, 5, 17, 13], 7, [3, 3], dilation: 2), Case([1, 5, 17, 13], 7, [3, 3], stride: 2, dilation: 3),
        Case([1, 3, 10, 9], 5, [2, 5], pads: [0, 3, 1, 2]),
        Case([1, 3, 10, 11], 5, [2, 2], stride: 3, pads: [0, 0, 0, 0]),
        Case([1, 2, 5, 5], 3, [5, 5], pads: [0, 0, 0, 0]), Case([1, 100, 3, 3], 200, [1, 1]),
        Case([1, 2, 1, 1], 3, [3, 3]),
    ]
    static let grouped = [
        Case([1, 10, 9, 7], 34, [3, 3], group: 2), Case([2, 15, 7, 8], 15, [3, 3], stride: 2, group: 5),
        Case([1, 8, 6, 6], 4, [1, 1], group: 4), Case([1, 6, 5, 7], 12, [3, 3], group: 6),
        Case([1, 4, 9, 9], 8, [2, 3], stride: 2, pads: [1, 0, 0, 2], dilation: 2, group: 2),
    ]
    static let depthwise =
        [5, 17, 50].flatMap { channels in
            [
                Case([2, channels, 9, 7], channels, [3, 3], group: channels),
                Case([1, channels, 9, 8], channels, [3, 3], stride: 2, group: channels),
                Case([1, channels, 11, 13], channels, [3, 3], dilation: 2, group: channels),
                Case([1, channels, 8, 9], channels, [5, 5], stride: 2, group: channels),
            ]
        } + [
            Case([1, 5, 6, 7], 5, [2, 4], pads: [1, 0, 0, 3], group: 5),
            Case([1, 17, 10, 11], 17, [3, 2], stride: 3, pads: [0, 2, 2, 0], group: 17),
            Case([1, 5, 4, 3], 5, [3, 3], pads: [3, 4, 0, 5], group: 5), Case([1, 5, 1, 1], 5, [3, 3], group: 5),
        ]

    @Test(arguments: dense + grouped + depthwise)
    func kernelsAgreeWithTheDefinition(_ sample: Case) throws {
        let weightShape = [sample.filters, sample.x[1] / sample.op.group] + sample.kernel
        let x = Draw.normal("x", sample.x), weight = Draw.normal("weight", weightShape),
            bias = Draw.normal("bias", [sample.filters])
        let output = try sample.op.outputTypes(for: [x.type, weight.type])[0].shape!
        let dy = Draw.normal("dy", output)
        #expect(try OneNodeGraph.disagreements(sample.op, [x, weight, bias]) == [])
        #expect(
            try OneNodeGraph.disagreements(
                ConvolutionInputGradient(of: sample.op, spatial: Array(sample.x.dropFirst(2))), [dy, weight]) == [])
        #expect(
            try OneNodeGraph.disagreements(ConvolutionWeightGradient(of: sample.op, kernel: sample.kernel), [x, dy])
                == [])
    }
}
