import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// Numbers of any size come from files: compiling takes no time or memory for them, and running none but for the data.
@Suite(.timeLimit(.minutes(1))) struct ProportionTests {
    private func graph(_ shapes: [[Int]], _ body: (GraphBuilder, [Value]) throws -> Value) throws -> Graph {
        let builder = GraphBuilder()
        let inputs = try shapes.enumerated().map {
            try builder.addInput("\($0.offset)", TensorType(.float32, shape: $0.element))
        }
        builder.output("y", try body(builder, inputs))
        return try builder.finish()
    }

    private func run(_ graph: Graph, _ inputs: [Tensor]) throws -> Tensor {
        let session = try Session(
            Compiler.compile(graph, for: .inference), parameters: ParameterStore(), threads: 2)
        let named = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("\($0.offset)", $0.element) })
        return try session.run(named)["y"]!
    }

    @Test(arguments: [[0, 1], [1], []]) func aMeanOfManyElementsIsCompiled(_ axes: [Int]) throws {
        let wide = try graph([[1, 1]]) { builder, x in
            let expanded = try builder.add(BroadcastTo(shape: [1 << 16, 1 << 15]), x)
            return try builder.add(ReduceMean(axes: axes), expanded)[0]
        }
        #expect(try Compiler.compile(wide, for: .inference).stepsWithoutKernel.isEmpty)
    }

    @Test func sumsOverAnyAxesGoThroughAllElementsInOrder() throws {
        let shape = [2, 3, 4, 5], x = Tensor((0..<120).map { Float($0 * $0 % 37) }, shape: shape)
        for axes in [[0], [3], [1], [0, 3], [1, 3], [0, 1, 3], [1, 2], [0, 2], [0, 1, 2, 3]] {
            let graph = try graph([shape]) { try $0.add(ReduceSum(axes: axes), $1)[0] }
            let expected = try Evaluator.run(graph, inputs: ["0": x]).outputs["y"]!
            #expect(try run(graph, [x]) == expected, "\(axes)")
        }
        let empty = try graph([[2, 0, 3]]) { try $0.add(ReduceSum(axes: [1]), $1)[0] }
        #expect(try run(empty, [Tensor(zeros: .float32, shape: [2, 0, 3])]).doubles() == [0, 0, 0, 0, 0, 0])
    }

    @Test func matricesWithoutElementsMayBeWide() throws {
        let wide = 3_000_000_000, none = [[0, wide], [wide, 0]]
        let product = try graph(none) { try $0.add(MatrixMultiply(), $1)[0] }
        let operands = none.map { Tensor(zeros: .float32, shape: $0) }
        #expect(try run(product, operands).shape == [0, 0])
        let linear = try graph([[0, wide], [0, wide]]) { try $0.add(Linear(), $1)[0] }
        #expect(try run(linear, [operands[0], operands[0]]).shape == [0, 0])
        let columns = try graph([[2, 3], [3, 0]]) { try $0.add(MatrixMultiply(), $1)[0] }
        let few = [Tensor(zeros: .float32, shape: [2, 3]), Tensor(zeros: .float32, shape: [3, 0])]
        #expect(try run(columns, few).shape == [2, 0])
    }

    /// A window of a million cells over one: every window reads that cell alone.
    @Test func windowsFarBeyondTheImageCostNothing() throws {
        let size = 1 << 20, x = Tensor([Float(7)], shape: [1, 1, 1, 1])
        for (kernel, pads) in [([1, size], [0, size - 1, 0, size - 1]), ([size, 1], [size - 1, 0, size - 1, 0])] {
            let maximum = try graph([[1, 1, 1, 1]]) { try $0.add(MaxPool(kernel: kernel, pads: pads), $1)[0] }
            let average = try graph([[1, 1, 1, 1]]) { try $0.add(AveragePool(kernel: kernel, pads: pads), $1)[0] }
            let counted = try graph([[1, 1, 1, 1]]) {
                try $0.add(AveragePool(kernel: kernel, pads: pads, countsPadding: true), $1)[0]
            }
            for (pool, expected) in [(maximum, Float(7)), (average, 7), (counted, 7 / Float(size))] {
                let y = try run(pool, [x])
                #expect(y.elementCount == size && y.array(of: Float.self).allSatisfy { $0 == expected })
                #expect(try Evaluator.run(pool, inputs: ["0": x]).outputs["y"]! == y)
            }
        }
        let square = try graph([[1, 1, 1, 1]]) {
            try $0.add(AveragePool(kernel: [size, size], pads: Array(repeating: size - 1, count: 4)), $1)[0]
        }
        #expect(try Compiler.compile(square, for: .inference).steps.count >= 1)
    }
}
