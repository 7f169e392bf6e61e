import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors
import Testing

/// Operators with an op of their own that some forms do not need, or of which a form means something else.
@Suite struct ReadAsOtherOpsTests {
    private static func read(
        _ name: String, _ opset: Int, _ x: Tensor, _ constants: [Tensor] = [],
        _ attributes: [String: ONNXAttribute] = [:]
    ) throws -> (ops: [String], y: Tensor) {
        let named = Dictionary(uniqueKeysWithValues: constants.enumerated().map { ("c\($0)", $1) })
        let operand = node(name, ["x"] + constants.indices.map { "c\($0)" }, "y", attributes)
        let source = model([operand], named, opset: Int64(opset)).with(
            x: x.shape.map { .fixed($0) }, element: x.element)
        let imported = try ONNXImporter.read(source, name: "m"), graph = imported.graph
        let y = try #require(
            try Evaluator.run(graph, inputs: ["x": x], states: imported.parameters.asDictionary).outputs["y"])
        return (graph.nodes.map(\.op.mnemonic).filter { !["input", "constant", "state"].contains($0) }, y)
    }

    private static let image = Tensor([1, 5, 2, -3, -1, -2] as [Float], shape: [1, 2, 3])

    @Test func aGlobalMaximumIsOneWindow() throws {
        for opset in [1, 22] {
            let (ops, y) = try Self.read("GlobalMaxPool", opset, Self.image)
            #expect(ops == ["maxPool"] && y == Tensor([5, -1] as [Float], shape: [1, 2, 1]))
        }
    }

    @Test func aSquareIsAProduct() throws {
        let two = Tensor(scalar: Float(2)), three = Tensor(scalar: Int64(3))
        let (ops, y) = try Self.read("Pow", 15, Self.image, [two])
        #expect(ops == ["mul"] && y == Tensor([1, 25, 4, 9, 1, 4] as [Float], shape: [1, 2, 3]))
        let (cubes, z) = try Self.read("Pow", 13, Self.image, [three])
        #expect(cubes == ["pow"] && z == Tensor([1, 125, 8, -27, -1, -8] as [Float], shape: [1, 2, 3]))
        let (roots, w) = try Self.read("Pow", 13, Tensor([10, 4] as [Int32], shape: [2]), [Tensor(scalar: Float(0.5))])
        #expect(roots == ["cast", "pow", "cast"] && w == Tensor([3, 2] as [Int32], shape: [2]))
        let (powers, p) = try Self.read(
            "Pow", 15, Tensor([2, -1, 2, -3, 0] as [Int64], shape: [5]),
            [Tensor([10, -3, -1, 3, -2] as [Int64], shape: [5])])
        #expect(powers == ["pow"] && p == Tensor([1024, -1, 0, -27, 0] as [Int64], shape: [5]))
    }

    @Test func theNegativeOfIntegersIsADifference() throws {
        let (ops, y) = try Self.read("Neg", 13, Tensor([3, -4, .min] as [Int32], shape: [3]))
        #expect(ops == ["sub"] && y == Tensor([-3, 4, .min] as [Int32], shape: [3]))
    }

    /// Before version 13 all axes from the stated one on are one; from 13 on it is an axis by itself.
    @Test func anOldSoftmaxFlattens() throws {
        let x = Tensor(zeros: .float32, shape: [2, 2, 4])
        let (old, flat) = try Self.read("Softmax", 11, x)
        #expect(old == ["reshape", "softmax", "reshape"] && flat.array(of: Float.self).allSatisfy { $0 == 0.125 })
        #expect(flat.shape == [2, 2, 4])
        let (new, y) = try Self.read("Softmax", 13, x, [], ["axis": .int(1)])
        #expect(new == ["softmax"] && y.array(of: Float.self).allSatisfy { $0 == 0.5 })
        #expect(try Self.read("LogSoftmax", 1, x, [], ["axis": .int(2)]).ops == ["logSoftmax"])
    }

    @Test func aScaleThatBroadcastsComesBehindTheNorm() throws {
        let x = Tensor([1, 3, -2, 2] as [Float], shape: [2, 2])
        let attributes: [String: ONNXAttribute] = ["epsilon": .float(0), "axis": .int(1)]
        let (ops, y) = try Self.read("LayerNormalization", 17, x, [Tensor([2] as [Float], shape: [1])], attributes)
        #expect(ops == ["layerNorm", "mul"] && y == Tensor([-2, 2, -2, 2] as [Float], shape: [2, 2]))
        let (plain, z) = try Self.read(
            "LayerNormalization", 17, x,
            [Tensor([2, 3] as [Float], shape: [2]), Tensor([1, 0] as [Float], shape: [2])],
            attributes)
        let (whole, w) = try Self.read(
            "LayerNormalization", 17, x, [Tensor([1, 1, 2, 3] as [Float], shape: [2, 2])], attributes)
        #expect(whole == ["layerNorm", "mul"] && w == Tensor([-1, 1, -2, 3] as [Float], shape: [2, 2]))
        #expect(plain == ["layerNorm"] && z == Tensor([-1, 3, -1, 3] as [Float], shape: [2, 2]))
    }

    @Test func variadicOperatorsAreJoinedInTheirOrder() throws {
        let bounds = [Tensor(scalar: Float(0)), Tensor([4, 1, 0] as [Float], shape: [3])]
        let (ops, y) = try Self.read("Max", 13, Self.image, bounds)
        #expect(ops == ["max", "max"] && y == Tensor([4, 5, 2, 4, 1, 0] as [Float], shape: [1, 2, 3]))
        #expect(throws: TesseraError.self) { try Self.read("Min", 6, Self.image, bounds) }
    }

    @Test func integersAreDividedTowardsZero() throws {
        let x = Tensor([7, -7, 5, .min] as [Int64], shape: [4]),
            divisors = Tensor([2, 2, 0, -1] as [Int64], shape: [4])
        #expect(try Self.read("Div", 14, x, [divisors]).y == Tensor([3, -3, 0, .min] as [Int64], shape: [4]))
        let large = Tensor([UInt64.max], shape: [1]), two = Tensor([UInt64(2)], shape: [1])
        #expect(try Divide().evaluate([large, two])[0] == Tensor([UInt64.max / 2], shape: [1]))
        #expect(try Maximum().evaluate([large, two])[0] == large)
    }
}
