import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    private static let image = Draw.normal("x", [2, 5, 3, 4])
    private static let slices: [(name: String, op: Slice)] = [
        ("channels", Slice(axis: 1, start: 1, end: 4)), ("rows with a step", Slice(axis: 2, start: 0, end: 3, step: 2)),
        ("backwards", Slice(axis: -1, start: -1, end: .min, step: -2)),
        ("clamped", Slice(axis: 0, start: -100, end: 100)),
        ("counted from the end", Slice(axis: 1, start: -3, end: -1)),
        ("the largest step", Slice(axis: 3, start: 1, end: .max, step: .max)),
        ("nothing", Slice(axis: 3, start: 2, end: 2)), ("everything", Slice(axis: 3, start: 0, end: .max)),
    ]

    static let shaping =
        [
            OpSample("a row to an image", BroadcastTo(shape: [2, 3, 4, 5]), [Draw.normal("x", [5])], exact: true),
            OpSample(
                "channels to an image", BroadcastTo(shape: [2, 3, 4, 5]), [Draw.normal("x", [2, 3, 1, 1])], exact: true),
            OpSample("a scalar", BroadcastTo(shape: [3, 2]), [Draw.normal("x", [])], exact: true),
            OpSample("within a larger shape", BroadcastTo(shape: [1, 4]), [Draw.normal("x", [3, 1])], exact: true),
            OpSample(
                "channels", Concat(axis: 1), [Draw.normal("a", [2, 1, 3, 4]), image, Draw.normal("b", [2, 2, 3, 4])],
                exact: true),
            OpSample("rows", Concat(axis: -2), [Draw.normal("a", [2, 3]), Draw.normal("b", [4, 3])], exact: true),
            OpSample("one operand", Concat(axis: 0), [Draw.normal("a", [2, 3])], exact: true),
            OpSample("flags", Concat(axis: 0), [Draw.flags("a", [2, 1]), Draw.flags("b", [3, 1])], exact: true),
            OpSample("to Double", Cast(to: .float64), [image], exact: true),
            OpSample("to integers", Cast(to: .int8), [Tensor([-300.0, -1.5, 0.5, 2.5, 300], shape: [5])], exact: true),
            OpSample("to flags", Cast(to: .bool), [Tensor([-1.5, 0.5, 2.5], shape: [3])], exact: true),
            OpSample("of flags", Cast(to: .float32), [Draw.flags("x", [2, 3, 4, 5])], exact: true),
            OpSample("images", Transpose(permutation: [0, 2, 3, 1]), [image], exact: true),
            OpSample("images back", Transpose(permutation: [0, 3, 1, 2]), [image], exact: true),
            OpSample("rows and columns", Transpose(permutation: [0, 1, 3, 2]), [image], exact: true),
            OpSample("channels first", Transpose(permutation: [1, 0, 2, 3]), [image], exact: true),
            OpSample(
                "channels of groups", Transpose(permutation: [0, 2, 1, 3, 4]), [Draw.normal("x", [2, 3, 5, 2, 4])],
                exact: true),
            OpSample("a plane", Transpose(), [Draw.normal("x", [37, 21])], exact: true),
            OpSample("of flags", Transpose(), [Draw.flags("x", [5, 7])], exact: true),
            OpSample("all axes", Transpose(), [Draw.normal("x", [3, 1, 5])], exact: true),
            OpSample(
                "of integers", Transpose(permutation: [1, 0]), [Tensor([1, 2, 3] as [Int16], shape: [3, 1])],
                exact: true),
            OpSample(
                "channels shuffled", Transpose(permutation: [0, 2, 1, 3, 4]), [Draw.normal("x", [2, 2, 3, 4, 5])],
                exact: true),
            OpSample(
                "pixels to an image", Transpose(permutation: [0, 3, 1, 2]), [Draw.normal("x", [2, 3, 4, 5])],
                exact: true),
            OpSample(
                "larger than a square", Transpose(permutation: [2, 0, 1]), [Draw.normal("x", [3, 19, 37])], exact: true),
            OpSample("of flags", Transpose(), [Draw.flags("x", [17, 33])], exact: true),
            OpSample("of Double", Transpose(permutation: [1, 0, 2]), [Draw.normal("x", [2, 3, 4])], exact: true),
            OpSample(
                "rows", Gather(axis: 0), [Draw.normal("x", [4, 3]), Tensor([2, -1, 2] as [Int64], shape: [3])],
                exact: true),
            OpSample(
                "two axes of indices", Gather(axis: -2),
                [image, Tensor([0, 2, -3, 1] as [Int32], shape: [2, 2])], exact: true),
            OpSample(
                "one index", Gather(axis: 1), [Draw.normal("x", [3, 5]), Tensor([-2] as [Int64], shape: [])],
                exact: true),
            OpSample(
                "of integers", Gather(),
                [Tensor([7, 8, 9] as [Int64], shape: [3]), Tensor([1] as [Int64], shape: [1])],
                exact: true),
            OpSample(
                "rows", GatherGradient(axis: 0, extent: 4),
                [Draw.normal("dy", [3, 17]), Tensor([2, -1, 2] as [Int64], shape: [3])]),
            OpSample(
                "two axes of indices", GatherGradient(axis: 1, extent: 3),
                [Draw.normal("dy", [2, 2, 2, 5]), Tensor([0, 2, -3, 1] as [Int32], shape: [2, 2])]),
            OpSample("pixels", Pad(pads: [0, 0, 1, 2, 0, 0, 0, 3]), [image], exact: true),
            OpSample("channels", Pad(pads: [0, 1, 0, 0, 0, 2, 0, 0], value: 0.75), [image], exact: true),
            OpSample(
                "every axis", Pad(pads: [1, 0, 2, 0, 3, 1], value: -1), [Draw.normal("x", [2, 3, 4])], exact: true),
            OpSample("nothing", Pad(), [Draw.normal("x", [2, 3])], exact: true),
            OpSample(
                "of integers", Pad(pads: [1, 2], value: 300), [Tensor([1, 2] as [Int32], shape: [2])], exact: true),
            OpSample("flattened", Reshape(to: [0, -1]), [image], exact: true),
            OpSample("in numbers", Reshape(to: [6, 20]), [image], exact: true),
            OpSample("to a scalar", Reshape(to: []), [Draw.normal("x", [1, 1])], exact: true),
            OpSample(
                "of nothing", Reshape(exactly: [3, 0, 2]), [Draw.normal("x", [0, 5])], exact: true, oldestOpset: 14),
            OpSample("of integers", Reshape(to: [-1]), [Tensor([1, 2, 3, 4] as [Int64], shape: [2, 2])], exact: true),
        ]
        + slices.flatMap { name, op in
            let along = op.axis < 0 ? op.axis + 4 : op.axis
            let part = try! op.outputTypes(for: [image.type])[0].shape!
            return [
                OpSample(name, op, [image], exact: true),
                OpSample(
                    name, SliceGradient(of: op, extent: image.shape[along]), [Draw.normal("dy", part)], exact: true),
            ]
        }
}
