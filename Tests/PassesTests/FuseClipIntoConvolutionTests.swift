import TesseraCompiler
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

@Suite struct FuseClipIntoConvolutionTests {
    private static func graph(_ clip: any Op, sharesConvolution: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float32, shape: [2, 2, 1, 1]))
        let y = try builder.add(Convolution(), [x, weight], path: "conv")[0]
        builder.output("y", try builder.add(clip, [y], path: "act")[0])
        if sharesConvolution { builder.output("conv", y) }
        return try builder.finish()
    }

    @Test(arguments: [Relu() as any Op, Clip(low: 0, high: 6)])
    func aClipBecomesPartOfTheConvolutionBeforeIt(_ clip: any Op) throws {
        let graph = try Self.graph(clip), fused = try Pipeline([FuseClipIntoConvolution()]).run(graph)
        let high = clip is Relu ? "" : " high=6.0"
        #expect(
            GraphText.print(fused) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %1 = state() path="conv.weight" type=f32[2,2,1,1] : f32[2,2,1,1]  @conv.weight
                  %4 = convClip(%0, %1) low=0.0\(high) : f32[1,2,3,3]  @conv  from %2, %3
                  output "y" = %4
                }

                """)
        try NormPassTests.expectSameNumbers(graph, fused)
    }

    @Test func aConvolutionWithAnotherReaderIsLeftAlone() throws {
        let graph = try Self.graph(Relu(), sharesConvolution: true), log = RewriteLog()
        #expect(try Pipeline([FuseClipIntoConvolution()]).run(graph, log: log) == graph)
        #expect(log.entries.map(\.what) == ["the convolution %2 has other readers"])
    }

    /// So many in every architecture, as it is compiled for inference.
    @Test(arguments: [
        ("resnet-dwise50", 32), ("preactivation-resnet50", 32), ("resnet-dsc50", 16), ("resnet50", 33),
        ("densenet121", 59), ("mobilenet-v2", 35),
    ])
    func itFiresInTheModels(_ name: String, _ count: Int) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64).graph
        let optimized = try Compiler.Purpose.inference.pipeline.run(model.binding(["N": 1]))
        #expect(optimized.nodes.filter { $0.op is ConvolutionClip }.count == count)
    }
}
