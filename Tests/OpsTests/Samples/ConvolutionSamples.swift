import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    private struct Case {
        let name: String
        let op: Convolution
        let x: [Int], weight: [Int]
        var hasBias = false
    }

    private static let cases = [
        Case(name: "pointwise", op: Convolution(), x: [2, 5, 3, 4], weight: [7, 5, 1, 1]),
        Case(
            name: "pointwise with a stride", op: Convolution(strides: [2, 2]), x: [1, 5, 4, 5], weight: [3, 5, 1, 1]),
        Case(
            name: "3 × 3 with a bias", op: Convolution(pads: [1, 1, 1, 1]), x: [2, 3, 4, 5], weight: [4, 3, 3, 3],
            hasBias: true),
        Case(
            name: "3 × 3 stride 2", op: Convolution(strides: [2, 2], pads: [1, 1, 1, 1]), x: [1, 3, 5, 6],
            weight: [2, 3, 3, 3]),
        Case(
            name: "7 × 7 stride 2", op: Convolution(strides: [2, 2], pads: [3, 3, 3, 3]), x: [1, 1, 9, 8],
            weight: [2, 1, 7, 7]),
        Case(
            name: "uneven everything", op: Convolution(strides: [2, 1], pads: [2, 0, 1, 3], dilations: [1, 2]),
            x: [1, 2, 5, 6], weight: [3, 2, 2, 3]),
        Case(
            name: "stride beyond the kernel", op: Convolution(strides: [3, 3]), x: [1, 2, 7, 8], weight: [2, 2, 2, 1]),
        Case(
            name: "dilated", op: Convolution(pads: [2, 2, 2, 2], dilations: [2, 2]), x: [1, 2, 5, 5],
            weight: [2, 2, 3, 3]),
        Case(
            name: "two groups", op: Convolution(pads: [1, 0, 0, 1], group: 2), x: [1, 4, 4, 4], weight: [6, 2, 2, 2],
            hasBias: true),
        Case(
            name: "depthwise", op: Convolution(pads: [1, 1, 1, 1], group: 5), x: [2, 5, 4, 4], weight: [5, 1, 3, 3],
            hasBias: true),
        Case(
            name: "depthwise stride 2", op: Convolution(strides: [2, 2], pads: [1, 1, 1, 1], group: 5),
            x: [1, 5, 5, 6], weight: [5, 1, 3, 3]),
        Case(
            name: "depthwise dilated, uneven",
            op: Convolution(strides: [1, 2], pads: [0, 1, 2, 3], dilations: [2, 1], group: 3), x: [1, 3, 6, 5],
            weight: [3, 1, 3, 2]),
        Case(
            name: "depthwise with a multiplier", op: Convolution(pads: [1, 1, 1, 1], group: 3), x: [1, 3, 4, 4],
            weight: [6, 1, 3, 3]),
        Case(
            name: "padding beyond the kernel", op: Convolution(pads: [3, 0, 0, 4]), x: [1, 2, 3, 3],
            weight: [2, 2, 2, 2]),
        Case(
            name: "depthwise padding beyond the kernel", op: Convolution(pads: [3, 4, 0, 5], group: 2),
            x: [1, 2, 4, 3], weight: [2, 1, 3, 3]),
        Case(
            name: "one axis", op: Convolution(strides: [2], pads: [1, 0]), x: [2, 3, 7], weight: [2, 3, 3],
            hasBias: true),
        Case(
            name: "three axes", op: Convolution(pads: [0, 1, 0, 0, 1, 0]), x: [1, 2, 3, 3, 2], weight: [2, 2, 2, 3, 1]),
    ]

    static let convolution = cases.flatMap { entry -> [OpSample] in
        let x = Draw.normal("x", entry.x), weight = Draw.normal("weight", entry.weight)
        let output = try! entry.op.outputTypes(for: [x.type, weight.type])[0].shape!
        let dy = Draw.normal("dy", output)
        let operands = [x, weight] + (entry.hasBias ? [Draw.normal("bias", [entry.weight[0]])] : [])
        return [
            OpSample(entry.name, entry.op, operands),
            OpSample(entry.name, ConvolutionClip(entry.op, Clip(low: -0.5, high: 1)), operands),
            OpSample(entry.name, ConvolutionAddClip(entry.op, Clip(low: -0.5, high: 1)), operands + [dy]),
            OpSample(
                entry.name, ConvolutionInputGradient(of: entry.op, spatial: Array(entry.x.dropFirst(2))), [dy, weight]),
            OpSample(
                entry.name, ConvolutionWeightGradient(of: entry.op, kernel: Array(entry.weight.dropFirst(2))), [x, dy]),
        ]
    }
}
