import TesseraCompiler
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

@Suite struct FuseChannelShuffleTests {
    private static func graph(
        _ count: Int = 1, groups: Int = 2, order: [Int] = [0, 2, 1, 3, 4], shares: Bool = false
    ) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        var x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        for _ in 0..<count {
            let rows = try builder.add(Reshape(to: [1, groups, 2 / groups, 3, 3]), [x], path: "shuffle")
            let columns = try builder.add(Transpose(permutation: order), rows, path: "shuffle")
            if shares { builder.output("columns", columns[0]) }
            x = try builder.add(Reshape(to: [1, 2, 3, 3]), columns, path: "shuffle")[0]
        }
        builder.output("y", x)
        return try builder.finish()
    }

    @Test func reshapesAroundATranspositionAreOneNode() throws {
        let graph = try Self.graph(), fused = try Pipeline([FuseChannelShuffle()]).run(graph)
        #expect(
            GraphText.print(fused) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %4 = channelShuffle(%0) groups=2 : f32[1,2,3,3]  @shuffle  from %3, %2, %1
                  output "y" = %4
                }

                """)
        try NormPassTests.expectSameNumbers(graph, fused)
    }

    @Test func whatIsNoShuffleIsLeftAlone() throws {
        let other = try Self.graph(order: [0, 1, 2, 4, 3])
        #expect(try Pipeline([FuseChannelShuffle()]).run(other) == other)
        let shared = try Self.graph(shares: true), log = RewriteLog()
        #expect(try Pipeline([FuseChannelShuffle()]).run(shared, log: log) == shared)
        #expect(log.entries.map(\.what) == ["transpose %2 has other readers"])
    }

    @Test func itFiresOnceAShuffle() throws {
        let optimized = try Compiler.Purpose.inference.pipeline.run(Self.graph(13))
        #expect(optimized.nodes.filter { $0.op is ChannelShuffle }.count == 13 && optimized.nodes.count == 14)
    }
}
