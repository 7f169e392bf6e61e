import TesseraIR
import TesseraOps
import TesseraTensors

/// The samples of every expanded operator; each has one at least in each of its versions.
extension ExpandedSample {
    static let all = constant + dropout + identity + localResponse + shape + split + squeeze + swish + unsqueeze

    private static let pair = Tensor([-1.5, 2] as [Float], shape: [2])
    /// 0, 1, … of a shape.
    private static func counted(_ shape: Int...) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: shape)
    }

    private static let constant = [
        ExpandedSample(
            "a tensor", "Constant", [1, 9, 11, 12, 13, 19, 21, 23, 24, 25], ["value": .tensor(pair)], x: nil,
            .result(pair, ops: ["constant"])),
        ExpandedSample(
            "a number", "Constant", [12, 13, 19, 21, 23, 24, 25], ["value_float": .float(0.1)], x: nil,
            .result(Tensor(scalar: Float(0.1)), ops: ["constant"])),
        ExpandedSample(
            "numbers", "Constant", [12, 25], ["value_floats": .floats([-1.5, 2])], x: nil,
            .result(pair, ops: ["constant"])),
        ExpandedSample(
            "an integer", "Constant", [12, 25], ["value_int": .int(-7)], x: nil,
            .result(Tensor(scalar: Int64(-7)), ops: ["constant"])),
        ExpandedSample(
            "integers", "Constant", [12, 25], ["value_ints": .ints([3, -1])], x: nil,
            .result(integers(3, -1), ops: ["constant"])),
        ExpandedSample("nothing", "Constant", [12, 25], x: nil, .refusal("no value")),
        ExpandedSample(
            "two values", "Constant", [12, 25], ["value_int": .int(1), "value_float": .float(1)], x: nil,
            .refusal("the values value_float, value_int")),
    ]

    private static let dropout = [
        ExpandedSample(
            "testing", "Dropout", [1, 6], ["is_test": .int(1), "ratio": .float(0.3)], x: pair, .result(pair, ops: [])),
        ExpandedSample("training", "Dropout", [1, 6], x: pair, .refusal("is_test 0, training mode")),
        ExpandedSample("a ratio", "Dropout", [7, 10], ["ratio": .float(0.3)], x: pair, .result(pair, ops: [])),
        ExpandedSample("a seed", "Dropout", [12, 13, 22], ["seed": .int(3)], x: pair, .result(pair, ops: [])),
        ExpandedSample(
            "inference", "Dropout", [12, 13, 22], x: pair,
            operands: [Tensor(scalar: Float(0.3)), Tensor([false], shape: [])], .result(pair, ops: [])),
        ExpandedSample(
            "training mode", "Dropout", [12, 13, 22], x: pair, operands: [nil, Tensor([true], shape: [])],
            .refusal("training_mode true")),
    ]

    private static let identity = [
        ExpandedSample("a tensor", "Identity", [1, 13, 14, 16, 19, 21, 23, 24, 25], x: pair, .result(pair, ops: []))
    ]

    private static let shape = [
        ExpandedSample(
            "all axes", "Shape", [1, 13, 15, 19, 21, 23, 24, 25], x: counted(2, 3),
            .result(integers(2, 3), ops: ["constant"])),
        ExpandedSample(
            "some axes", "Shape", [15, 19, 21, 23, 24, 25], ["start": .int(-2), "end": .int(9)], x: counted(2, 3, 4),
            .result(integers(3, 4), ops: ["constant"])),
        ExpandedSample(
            "beside an open axis", "Shape", [15, 25], ["start": .int(1)], x: counted(2, 3), dimensions: ["N", 3],
            .result(integers(3), ops: ["constant"])),
    ]

    /// Of one output; PadAndSplitTests has several.
    private static let split = [
        ExpandedSample("all in one part", "Split", [1, 2, 11, 13], x: pair, .result(pair, ops: [])),
        ExpandedSample("all in one part", "Split", [18], ["num_outputs": .int(1)], x: pair, .result(pair, ops: [])),
        ExpandedSample(
            "too small a part", "Split", [1, 2, 11], ["split": .ints([1])], x: pair,
            .refusal("the sizes [1] of 2 elements in 1 parts")),
        ExpandedSample(
            "an axis beyond the last", "Split", [13], ["axis": .int(1)], x: pair,
            .refusal("the axis 1 of a tensor of rank 1")),
    ]

    private static let localResponse = [
        ExpandedSample(
            "two channels", "LRN", [1, 13],
            ["size": .int(2), "alpha": .float(1), "beta": .float(1), "bias": .float(0)],
            x: Tensor([2, 4, 2, 4] as [Float], shape: [1, 2, 2]),
            .result(
                Tensor([0.5, 0.25, 1, 0.5] as [Float], shape: [1, 2, 2]),
                ops: [
                    "mul", "reshape", "averagePool", "reshape", "constant", "mul", "constant", "add", "constant", "pow",
                    "div",
                ])),
        ExpandedSample(
            "vectors", "LRN", [1, 13], ["size": .int(2)], x: counted(2, 3), .refusal("size 2 for f32[2,3]")),
    ]

    private static let swish = [
        ExpandedSample(
            "as it is", "Swish", [24], x: counted(1),
            .result(Tensor([0] as [Float], shape: [1]), ops: ["sigmoid", "mul"])),
        ExpandedSample(
            "steeper", "Swish", [24], ["alpha": .float(200)], x: counted(2),
            .result(counted(2), ops: ["constant", "mul", "sigmoid", "mul"])),
    ]

    private static let squeeze = [
        ExpandedSample(
            "stated axes", "Squeeze", [1, 11], ["axes": .ints([0])], x: counted(1, 3, 1),
            .result(counted(3, 1), ops: ["reshape"])),
        ExpandedSample(
            "an axis as an operand", "Squeeze", [13, 21, 23, 24, 25], x: counted(1, 3, 1), operands: [integers(-1)],
            .result(counted(1, 3), ops: ["reshape"])),
        ExpandedSample(
            "all axes of extent 1", "Squeeze", [1, 11, 13, 21, 23, 24, 25], x: counted(1, 3, 1),
            .result(counted(3), ops: ["reshape"])),
        ExpandedSample(
            "beside an open axis", "Squeeze", [13, 25], x: counted(4, 1, 2), dimensions: ["N", 1, 2],
            operands: [integers(1)], .result(counted(4, 2), ops: ["reshape"])),
        ExpandedSample(
            "a longer axis", "Squeeze", [13, 25], x: counted(1, 3), operands: [integers(1)],
            .refusal("axis 1 of f32[1,3]")),
    ]

    private static let unsqueeze = [
        ExpandedSample(
            "stated axes", "Unsqueeze", [1, 11], ["axes": .ints([0, 2])], x: counted(2, 3),
            .result(counted(1, 2, 1, 3), ops: ["reshape"])),
        ExpandedSample(
            "axes as an operand", "Unsqueeze", [13, 21, 23, 24, 25], x: counted(2, 3), operands: [integers(0, -1)],
            .result(counted(1, 2, 3, 1), ops: ["reshape"])),
        ExpandedSample(
            "a scalar for an axis", "Unsqueeze", [13, 25], x: pair, operands: [Tensor(scalar: Int64(1))],
            .result(Tensor([-1.5, 2] as [Float], shape: [2, 1]), ops: ["reshape"])),
        ExpandedSample("no axes", "Unsqueeze", [1, 11], x: pair, .refusal("no attribute axes")),
    ]
}
