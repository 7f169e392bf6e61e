import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Pad and Split, which are read as other ops in most of their forms.
@Suite struct PadAndSplitTests {
    private static func read(_ operators: [ONNXNode], _ constants: [String: Tensor], _ opset: Int, _ x: Tensor) throws
        -> (ops: [String], y: Tensor)
    {
        let source = model(operators, constants, opset: Int64(opset)).with(x: x.shape.map { .fixed($0) })
        let graph = try ONNXImporter.read(source, name: "m").graph
        let y = try #require(try Evaluator.run(graph, inputs: ["x": x]).outputs["y"])
        return (graph.nodes.map(\.op.mnemonic).filter { $0 != "input" && $0 != "constant" }, y)
    }

    private static let row = Tensor([0, 1, 2, 3] as [Float], shape: [4])

    private static let modes: [(mode: String, opset: Int, pads: [Int64], values: [Float])] = [
        ("edge", 11, [2, 1], [0, 0, 0, 1, 2, 3, 3]), ("edge", 18, [0, 2], [0, 1, 2, 3, 3, 3]),
        ("reflect", 13, [2, 3], [2, 1, 0, 1, 2, 3, 2, 1, 0]),
        ("reflect", 21, [7, 0], [1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3]),
        ("wrap", 19, [1, 5], [3, 0, 1, 2, 3, 0, 1, 2, 3, 0]),
    ]

    @Test(arguments: modes)
    func modesThatRepeatElements(_ mode: String, _ opset: Int, _ pads: [Int64], _ values: [Float]) throws {
        let (ops, y) = try Self.read(
            [node("Pad", ["x", "p"], "y", ["mode": .string(mode)])], ["p": Tensor(pads, shape: [2])], opset, Self.row)
        #expect(ops == ["gather"] && y == Tensor(values, shape: [values.count]))
    }

    @Test func aSingleElementIsItsOwnReflection() throws {
        let (_, y) = try Self.read(
            [node("Pad", ["x", "p"], "y", ["mode": .string("reflect")])], ["p": integers(1, 2)], 18,
            Tensor([5] as [Float], shape: [1]))
        #expect(y == Tensor([5, 5, 5, 5] as [Float], shape: [4]))
    }

    @Test func everyVersionOfPad() throws {
        let expected = Tensor([7, 7, 0, 1, 2, 3, 7] as [Float], shape: [7])
        let value = Tensor(scalar: Float(7))
        for (version, attribute) in [(1, "paddings"), (2, "pads")] {
            let (ops, y) = try Self.read(
                [node("Pad", ["x"], "y", [attribute: .ints([2, 1]), "value": .float(7)])], [:], version, Self.row)
            #expect(ops == ["pad"] && y == expected, "version \(version)")
        }
        for version in [11, 13, 18, 19, 21, 23, 24, 25] {
            let (ops, y) = try Self.read(
                [node("Pad", ["x", "p", "v"], "y")], ["p": integers(2, 1), "v": value], version, Self.row)
            #expect(ops == ["pad"] && y == expected, "version \(version)")
        }
    }

    @Test func padsOfSomeAxesAndNegativeOnes() throws {
        let x = Tensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3])
        let some = try Self.read(
            [node("Pad", ["x", "p", "", "a"], "y")], ["p": integers(0, 1), "a": integers(-1)], 18, x)
        #expect(some.ops == ["pad"] && some.y == Tensor([0, 1, 2, 0, 3, 4, 5, 0] as [Float], shape: [2, 4]))
        let cut = try Self.read([node("Pad", ["x", "p"], "y")], ["p": integers(0, -1, 1, -1)], 13, x)
        #expect(cut.ops == ["slice", "pad"] && cut.y == Tensor([1, 4, 0] as [Float], shape: [3, 1]))
        let nothing = try Self.read([node("Pad", ["x", "p"], "y")], ["p": integers(0, 0, 0, 0)], 13, x)
        #expect(nothing.ops == [] && nothing.y == x)
    }

    @Test func padsThatDoNotFitAreRefused() {
        func refusal(_ pads: Tensor, _ attributes: [String: ONNXAttribute] = [:], _ opset: Int64 = 18) -> TesseraError?
        {
            failure(model([node("Pad", ["x", "p"], "y", attributes)], ["p": pads], opset: opset).with(x: [2, 3]))
        }
        #expect(refusal(integers(1, 1))?.found == "2 pads for f32[2,3]")
        #expect(refusal(integers(0, 0, 0, 0), ["mode": .string("mirror")])?.found == "mode mirror")
        #expect(refusal(integers(0, 0, 0, 1), ["mode": .string("wrap")])?.found == "mode wrap")
        #expect(refusal(integers(0, -1, 0, 0), ["mode": .string("edge")])?.found.contains("in mode edge") == true)
    }

    private static let splits: [(opset: Int, sizes: [Int64]?, attributes: [String: ONNXAttribute], first: [Float])] = [
        (1, nil, ["split": .ints([1, 3]), "axis": .int(1)], [0, 4]), (2, nil, ["axis": .int(-1)], [0, 1, 4, 5]),
        (2, nil, ["split": .ints([3, 1]), "axis": .int(1)], [0, 1, 2, 4, 5, 6]), (11, nil, [:], [0, 1, 2, 3]),
        (13, [1, 3], ["axis": .int(1)], [0, 4]), (13, nil, ["axis": .int(1)], [0, 1, 4, 5]),
        (18, [3, 1], ["axis": .int(-1)], [0, 1, 2, 4, 5, 6]),
        (18, nil, ["axis": .int(1), "num_outputs": .int(2)], [0, 1, 4, 5]),
    ]

    @Test(arguments: 0..<splits.count) func everyVersionOfSplit(_ index: Int) throws {
        let (opset, sizes, attributes, first) = Self.splits[index]
        let x = Tensor([0, 1, 2, 3, 4, 5, 6, 7] as [Float], shape: [2, 4])
        var split = node("Split", sizes == nil ? ["x"] : ["x", "s"], "a", attributes)
        split.outputs = ["a", "b"]
        let axis = attributes["axis"] == nil ? 0 : 1
        let joined = node("Concat", ["a", "b"], "z", ["axis": .int(Int64(axis))])
        let constants = sizes.map { ["s": Tensor($0, shape: [2])] } ?? [:]
        let whole = try Self.read([split, joined, node("Identity", ["z"], "y")], constants, opset, x)
        #expect(whole.ops == ["slice", "slice", "concat"] && whole.y == x)
        let part = try Self.read([split, node("Identity", ["a"], "y")], constants, opset, x)
        #expect(part.y == Tensor(first, shape: [axis == 0 ? 1 : 2, first.count / (axis == 0 ? 1 : 2)]))
    }

    @Test func theLastPartOfANumberOfOutputsMayBeSmaller() throws {
        var split = node("Split", ["x"], "a", ["num_outputs": .int(3)])
        split.outputs = ["a", "b", "y"]
        #expect(
            try Self.read([split], [:], 18, Tensor([0, 1, 2, 3, 4] as [Float], shape: [5])).y
                == Tensor([4] as [Float], shape: [1]))
    }

    @Test func sizesThatDoNotFillTheAxisAreRefused() {
        func refusal(_ sizes: Tensor?, _ attributes: [String: ONNXAttribute] = [:], _ opset: Int64) -> String? {
            var split = node("Split", sizes == nil ? ["x"] : ["x", "s"], "y", attributes)
            split.outputs = ["y", "z"]
            return failure(model([split], sizes.map { ["s": $0] } ?? [:], opset: opset).with(x: [5]))?.found
        }
        #expect(refusal(integers(2, 2), [:], 13) == "the sizes [2, 2] of 5 elements in 2 parts")
        #expect(refusal(integers(6, -1), [:], 13) == "the sizes [6, -1] of 5 elements in 2 parts")
        #expect(refusal(integers(2, 2, 1), [:], 18) == "the sizes [2, 2, 1] of 5 elements in 2 parts")
        #expect(refusal(nil, [:], 13) == "5 elements in 2 parts")
        #expect(refusal(nil, [:], 18) == "no sizes and no num_outputs")
        #expect(refusal(nil, ["num_outputs": .int(3)], 18) == "no sizes and num_outputs 3")
        #expect(refusal(integers(2, 3), ["num_outputs": .int(2)], 18) == "the sizes [2, 3] and num_outputs 2")
    }
}
