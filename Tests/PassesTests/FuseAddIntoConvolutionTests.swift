import TesseraCompiler
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

@Suite struct FuseAddIntoConvolutionTests {
    private static func graph(_ residual: [Int] = [1, 2, 3, 3], shares: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        let r = try builder.addInput("r", TensorType(.float32, shape: residual))
        let weight = try builder.state("conv.weight", .parameter, TensorType(.float32, shape: [2, 2, 1, 1]))
        let y = try builder.add(Convolution(), [x, weight], path: "conv")[0]
        let sum = try builder.add(Add(), [r, y], path: "sum")[0]
        builder.output("y", try builder.add(Relu(), [sum], path: "act")[0])
        if shares { builder.output("conv", y) }
        return try builder.finish()
    }

    @Test func aSumAndItsReluBecomePartOfTheConvolution() throws {
        let graph = try Self.graph(), fused = try Pipeline([FuseAddIntoConvolution()]).run(graph)
        #expect(
            GraphText.print(fused) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %1 = input() name="r" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %2 = state() path="conv.weight" type=f32[2,2,1,1] : f32[2,2,1,1]  @conv.weight
                  %7 = convAddClip(%0, %2, %1) low=0.0 : f32[1,2,3,3]  @conv  from %3, %4, %5
                  output "y" = %7
                }

                """)
        try NormPassTests.expectSameNumbers(graph, fused)
    }

    @Test(arguments: [
        ([1, 2, 1, 1], false, "the other summand of %3 is of another shape"),
        ([1, 2, 3, 3], true, "the convolution %3 has other readers"),
    ])
    func othersAreLeftAlone(_ residual: [Int], _ shares: Bool, _ why: String) throws {
        let graph = try Self.graph(residual, shares: shares), log = RewriteLog()
        #expect(try Pipeline([FuseAddIntoConvolution()]).run(graph, log: log) == graph)
        #expect(log.entries.map(\.what) == [why])
    }

    /// So many in every architecture, as it is compiled for inference.
    @Test(arguments: [
        ("resnet-dwise50", 16), ("preactivation-resnet50", 16), ("resnet-dsc50", 16), ("resnet50", 16),
        ("densenet121", 0), ("mobilenet-v2", 10),
    ])
    func itFiresInTheModels(_ name: String, _ count: Int) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64).graph
        let optimized = try Compiler.Purpose.inference.pipeline.run(model.binding(["N": 1]))
        #expect(optimized.nodes.filter { $0.op is ConvolutionAddClip }.count == count)
    }
}
