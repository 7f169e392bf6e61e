import TesseraCompiler
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

@Suite struct FuseAddIntoProductTests {
    private static func graph(
        _ count: Int = 1, bias shape: [Int] = [3], transposesA: Bool = false, shares: Bool = false,
        biasFirst: Bool = false
    ) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        var x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        for index in 0..<count {
            let weight = try builder.state("fc\(index).weight", .parameter, TensorType(.float32, shape: [3, 3]))
            let bias = try builder.state("fc\(index).bias", .parameter, TensorType(.float32, shape: shape))
            let y = try builder.add(MatrixMultiply(transposesA: transposesA), [x, weight], path: "fc\(index)")[0]
            if shares { builder.output("product", y) }
            x = try builder.add(Add(), biasFirst ? [bias, y] : [y, bias], path: "fc\(index)")[0]
        }
        builder.output("y", x)
        return try builder.finish()
    }

    private static func numbers(_ shape: [Int]) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { Float($0 * $0 % 7) - 2.5 }, shape: shape)
    }

    private static let states = ["fc0.weight": numbers([3, 3]), "fc0.bias": numbers([3])]

    @Test func aBiasBecomesPartOfTheProduct() throws {
        for biasFirst in [false, true] {
            let graph = try Self.graph(biasFirst: biasFirst), fused = try Pipeline([FuseAddIntoProduct()]).run(graph)
            #expect(
                GraphText.print(fused) == """
                    graph "test" {
                      %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                      %1 = state() path="fc0.weight" type=f32[3,3] : f32[3,3]  @fc0.weight
                      %2 = state() path="fc0.bias" type=f32[3] : f32[3]  @fc0.bias
                      %5 = matMulAdd(%0, %1, %2) : f32[1,2,3,3]  @fc0  from %3, %4
                      output "y" = %5
                    }

                    """)
            func output(_ graph: Graph) throws -> Tensor? {
                try Evaluator.run(graph, inputs: ["x": Self.numbers([1, 2, 3, 3])], states: Self.states).outputs["y"]
            }
            #expect(try output(fused) == output(graph))
        }
    }

    @Test func whatIsNoBiasIsLeftAlone() throws {
        for graph in [try Self.graph(bias: [1]), try Self.graph(bias: [3, 3]), try Self.graph(transposesA: true)] {
            #expect(try Pipeline([FuseAddIntoProduct()]).run(graph) == graph)
        }
        let shared = try Self.graph(shares: true), log = RewriteLog()
        #expect(try Pipeline([FuseAddIntoProduct()]).run(shared, log: log) == shared)
        #expect(log.entries.map(\.what) == ["the product %3 has other readers"])
    }

    @Test func itFiresOnceAProduct() throws {
        let optimized = try Compiler.Purpose.inference.pipeline.run(Self.graph(5))
        #expect(optimized.nodes.filter { $0.op is MatrixMultiplyAdd }.count == 5)
        #expect(!optimized.nodes.contains { $0.op is Add })
    }
}
