import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Kernels of every other family on odd sizes: pooling, norms, element-wise work, copies, reductions, matrix products.
@Suite struct LoweringTests {
    private static let images = [[2, 5, 9, 7], [1, 17, 11, 6], [3, 50, 5, 5], [1, 1, 40, 33]]
    private static let windows: [(kernel: Int, stride: Int, pad: Int, dilation: Int)] = [
        (2, 2, 0, 1), (3, 2, 1, 1), (3, 1, 1, 1), (2, 3, 0, 1), (3, 2, 2, 2),
    ]

    @Test(arguments: images, 0..<windows.count)
    func pools(_ shape: [Int], _ index: Int) throws {
        let (kernel, stride, pad, dilation) = Self.windows[index]
        let lists = (
            Array(repeating: kernel, count: 2), Array(repeating: stride, count: 2), Array(repeating: pad, count: 4),
            Array(repeating: dilation, count: 2)
        )
        for ceil in [false, true] {
            let maximum = MaxPool(kernel: lists.0, strides: lists.1, pads: lists.2, dilations: lists.3, ceilMode: ceil)
            // Many equal values: the first of them must win.
            let x = Tensor(Draw.normal("x", shape).doubles().map { $0.rounded() }, shape: shape)
            let dy = Draw.normal("dy", try maximum.outputTypes(for: [x.type])[0].shape!)
            #expect(try OneNodeGraph.disagreements(maximum, [x], tolerance: 0) == [])
            #expect(try OneNodeGraph.disagreements(MaxPoolGradient(of: maximum), [dy, x]) == [])
            for counts in [false, true] {
                let average = AveragePool(
                    kernel: lists.0, strides: lists.1, pads: lists.2, dilations: lists.3, ceilMode: ceil,
                    countsPadding: counts)
                #expect(try OneNodeGraph.disagreements(average, [x]) == [])
                #expect(
                    try OneNodeGraph.disagreements(
                        AveragePoolGradient(of: average, spatial: Array(shape.dropFirst(2))), [dy]) == [])
            }
        }
    }

    @Test func poolsOfUnevenWindows() throws {
        let x = Draw.normal("x", [1, 17, 8, 11]), lists = ([2, 4], [3, 1], [1, 0, 0, 3], [2, 1])
        #expect(
            try OneNodeGraph.disagreements(
                MaxPool(kernel: lists.0, strides: lists.1, pads: lists.2, dilations: lists.3), [x], tolerance: 0) == [])
        #expect(
            try OneNodeGraph.disagreements(
                AveragePool(kernel: lists.0, strides: lists.1, pads: lists.2, dilations: lists.3, countsPadding: true),
                [x]) == [])
        let lowest = Tensor([Float](repeating: -.infinity, count: 17 * 88), shape: [1, 17, 8, 11])
        #expect(
            try OneNodeGraph.disagreements(
                MaxPoolGradient(of: MaxPool(kernel: [2, 2], strides: [2, 2])),
                [Draw.normal("dy", [1, 17, 4, 5]), lowest]) == [])
    }

    @Test(arguments: images + [[7, 5], [33, 17], [1, 3, 150, 151]])
    func norms(_ shape: [Int]) throws {
        let channels = [shape[1]], x = Draw.normal("x", shape), dy = Draw.normal("dy", shape)
        let scale = Draw.positive("scale", channels), bias = Draw.normal("bias", channels),
            mean = Draw.normal("mean", channels), variance = Draw.positive("variance", channels)
        #expect(try OneNodeGraph.disagreements(BatchNormalization(), [x, scale, bias, mean, variance]) == [])
        #expect(try OneNodeGraph.disagreements(NormRelu(), [x, scale, bias, mean, variance]) == [])
        #expect(try OneNodeGraph.disagreements(ChannelMoments(), [x]) == [])
        // The sum of a single channel cancels to a fraction of its summands.
        #expect(
            try OneNodeGraph.disagreements(
                BatchNormalizationGradientSums(), [dy, x, mean, variance], tolerance: 5e-5) == [])
        #expect(
            try OneNodeGraph.disagreements(
                NormReluGradientSums(), [dy, x, scale, bias, mean, variance], tolerance: 5e-5) == [])
        for batch in [false, true] {
            let sums = batch ? [Draw.normal("dscale", channels), Draw.normal("dbias", channels)] : []
            #expect(
                try OneNodeGraph.disagreements(
                    BatchNormalizationGradient(epsilon: 1e-5, usesBatchStatistics: batch),
                    [dy, x, scale, mean, variance] + sums) == [])
            #expect(
                try OneNodeGraph.disagreements(
                    NormReluGradient(epsilon: 1e-5, usesBatchStatistics: batch),
                    [dy, x, scale, bias, mean, variance] + sums) == [])
        }
    }

    /// The mean is a hundred deviations from 0: a sum of squares alone would lose the variance.
    @Test func momentsFarFromZero() throws {
        let x = Tensor(
            Draw.normal("x", [2, 5, 40, 33]).doubles().map { Double(Float($0 + 100)) }, shape: [2, 5, 40, 33])
        #expect(try OneNodeGraph.disagreements(ChannelMoments(), [x], tolerance: 2e-7) == [])
    }

    private static let operands: [(a: [Int], b: [Int])] = [
        ([2, 5, 9, 7], [2, 5, 9, 7]), ([2, 5, 9, 7], [5, 1, 1]), ([2, 5, 9, 7], []), ([2, 5, 9, 7], [2, 5, 1, 1]),
        ([2, 5, 9, 7], [9, 7]), ([2, 5, 9, 1], [1, 5, 1, 7]),
        ([3, 1], [1, 50]), ([17], [5, 1, 17]), ([200, 333], [200, 333]), ([1, 70_001], []),
        ([2, 1, 9, 7], [2, 17, 9, 7]),
    ]

    @Test(arguments: 0..<operands.count)
    func elementwiseWithBroadcasting(_ index: Int) throws {
        let a = Draw.normal("a", Self.operands[index].a), b = Draw.normal("b", Self.operands[index].b)
        let condition = Draw.flags("c", Self.operands[index].a)
        for op in [Add(), Subtract(), Multiply(), Less()] as [any Op] {
            #expect(try OneNodeGraph.disagreements(op, [a, b], tolerance: 0) == [])
            #expect(try OneNodeGraph.disagreements(op, [b, a], tolerance: 0) == [])
        }
        #expect(try OneNodeGraph.disagreements(Where(), [condition, a, b], tolerance: 0) == [])
    }

    @Test(arguments: [[2, 5, 9, 7], [33_333], [3, 17], [1, 50, 31, 29], []])
    func elementwiseOfOneOperand(_ shape: [Int]) throws {
        let x = Draw.normal("x", shape), dy = Draw.normal("dy", shape)
        for op in [Relu(), Clip(low: -0.5, high: 0.5), Absolute(), Sign()] as [any Op] {
            #expect(try OneNodeGraph.disagreements(op, [x], tolerance: 0) == [])
        }
        for op in [Sigmoid(), Softplus()] as [any Op] { #expect(try OneNodeGraph.disagreements(op, [x]) == []) }
        for op in [ReluGradient(), ClipGradient(low: -0.5, high: 0.5)] as [any Op] {
            #expect(try OneNodeGraph.disagreements(op, [dy, x], tolerance: 0) == [])
        }
    }

    @Test func copies() throws {
        let x = Draw.normal("x", [2, 17, 9, 7])
        for axis in 0..<4 {
            var shape = x.shape
            shape[axis] = 5
            #expect(
                try OneNodeGraph.disagreements(Concat(axis: axis), [x, Draw.normal("b", shape), x], tolerance: 0) == [])
            for op in [
                Slice(axis: axis, start: 1, end: .max), Slice(axis: axis, start: 0, end: -1, step: 2),
                Slice(axis: axis, start: -1, end: .min, step: -1),
            ] {
                #expect(try OneNodeGraph.disagreements(op, [x], tolerance: 0) == [])
                let dy = Draw.normal("dy", try op.outputTypes(for: [x.type])[0].shape!)
                #expect(
                    try OneNodeGraph.disagreements(SliceGradient(of: op, extent: x.shape[axis]), [dy], tolerance: 0)
                        == [])
            }
        }
        for (from, to) in [
            ([17, 1, 1], [2, 17, 9, 7]), ([2, 17, 1, 1], [2, 17, 9, 7]), ([7], [2, 17, 9, 7]), ([], [33, 5]),
            ([33, 1], [33, 1500]),
        ] {
            #expect(
                try OneNodeGraph.disagreements(BroadcastTo(shape: to), [Draw.normal("x", from)], tolerance: 0) == [])
        }
    }

    @Test(arguments: [[2, 3], [0, 2, 3], [1], [0], [], [3], [0, 1], [-1, -3]])
    func reductions(_ axes: [Int]) throws {
        for shape in [[2, 17, 9, 7], [1, 3, 200, 211]] {
            #expect(try OneNodeGraph.disagreements(ReduceSum(axes: axes), [Draw.normal("x", shape)]) == [])
            #expect(
                try OneNodeGraph.disagreements(ReduceMean(axes: axes, keepsDimensions: true), [Draw.normal("x", shape)])
                    == [])
        }
    }

    @Test(arguments: [(1, 1, 1), (3, 17, 5), (50, 5, 33), (2, 300, 7)])
    func matrices(_ rows: Int, _ depth: Int, _ columns: Int) throws {
        let x = Draw.normal("x", [rows, depth]), weight = Draw.normal("weight", [columns, depth])
        #expect(try OneNodeGraph.disagreements(Linear(), [x, weight, Draw.normal("bias", [columns])]) == [])
        for (a, b) in [(false, false), (true, false), (false, true), (true, true)] {
            let left = Draw.normal("a", a ? [3, 1, depth, rows] : [3, 1, rows, depth]),
                right = Draw.normal("b", b ? [2, columns, depth] : [2, depth, columns])
            #expect(
                try OneNodeGraph.disagreements(MatrixMultiply(transposesA: a, transposesB: b), [left, right]) == [])
        }
    }

    @Test func updatesOfManyElements() throws {
        let
            vectors =
                ["parameter", "gradient", "first"].map { Draw.normal($0, [40_001]) } + [
                    Draw.positive("second", [40_001])
                ], rate = Tensor(scalar: 0.125)
        #expect(
            try OneNodeGraph.disagreements(
                SGDUpdate(momentum: 0.9, weightDecay: 0.01), [vectors[0], vectors[1], rate, vectors[2]]) == [])
        #expect(
            try OneNodeGraph.disagreements(
                AdamUpdate(weightDecay: 0.01),
                [vectors[0], vectors[1], rate, Tensor(scalar: Int64(7)), vectors[2], vectors[3]]) == [])
        #expect(try OneNodeGraph.disagreements(ClipFactor(limit: 3), vectors) == [])
    }
}
