import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Convolutions of few pixels and many weights: tiles are parts of their filters.
@Suite struct TileCutTests {
    private func graph(_ pixels: Int, images: Int = 1) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [images, 48, pixels, pixels]))
        let weight = try builder.constant(Draw.normal("w", [256, 48, 3, 3]).floating(.float32))
        builder.output("y", try builder.add(Convolution(pads: [1, 1, 1, 1]), [x, weight])[0])
        return try builder.finish()
    }

    private func parts(_ graph: Graph) throws -> Int {
        let program = try Program(lowering: graph, kernels: KernelTable(.best))
        try ProgramVerifier.verify(program)
        return program.steps.last { $0.lowered.region != nil && $0.node.op is Convolution }!.lowered.region!.tiles.parts
            .count
    }

    @Test func fewPixelsAreCutIntoPartsOfTheFilters() throws {
        #expect(try parts(graph(7)) > 1)
        #expect(try parts(graph(7, images: 3)) > 1)
        #expect(try parts(graph(64)) == 1)
    }

    @Test func partsGiveTheBitsOfTheWhole() throws {
        let graph = try graph(7, images: 2), kernels = try KernelTable(.best)
        let x = ["x": Draw.normal("x", [2, 48, 7, 7]).floating(.float32)]
        let results = try [1, 2, 3, 8].map { threads in
            try Session(Program(lowering: graph, kernels: kernels), parameters: ParameterStore(), threads: threads)
                .run(x)["y"]!
        }
        #expect(results.allSatisfy { $0 == results[0] })
        let expected = try Evaluator.run(graph, inputs: x, states: [:]).outputs["y"]!
        #expect(results[0].distance(from: expected) < 1e-5)
    }
}
