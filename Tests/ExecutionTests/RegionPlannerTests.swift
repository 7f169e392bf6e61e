import TesseraAutodiff
import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import TestSupport
import Testing

/// Which nodes run as one region, and that it changes no bit.
@Suite struct RegionPlannerTests {
    private static func planned(_ graph: Graph, _ model: CostModel = Self.model) throws -> Program {
        try Program(lowering: graph, kernels: KernelTable(.best), regions: .planned(model))
    }

    /// A machine of its own, so that plans are the same wherever the tests run.
    private static var model: CostModel {
        var model = CostModel.standard(for: .avx512)
        (model.cacheBytes, model.sharedCacheBytes, model.workers) = (1 << 20, 32 << 20, 2)
        return model
    }

    /// A machine on which everything but memory is free, so that all that can be streamed is.
    private static var slowMemory: CostModel {
        var model = model
        (model.sharedCache, model.memory) = (1e6, 1e6)
        return model
    }

    @Test(arguments: ModelCatalog.standard.names, [1, 2, 3, 8])
    func plansOfModelsChangeNoBit(_ name: String, _ threads: Int) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 96)
        let graph = try Compiler.Purpose.inference.pipeline.run(model.graph.binding(["N": 2]))
        let inputs = [graph.inputs[0].name: Draw.normal("image", [2, 1, 96, 96]).floating(.float32)]
        let states = model.initialParameters(seed: 5)
        func results(_ regions: RegionChoice) throws -> [String: Tensor] {
            let program = try Program(lowering: graph, kernels: KernelTable(.best), regions: regions)
            try ProgramVerifier.verify(program)
            return try Session(program, parameters: states, threads: threads).run(inputs)
        }
        let apart = try results(.single)
        #expect(try results(.planned(Self.model)) == apart)
        #expect(try results(.planned(Self.slowMemory)) == apart)
    }

    /// Forward and backward.
    @Test(arguments: 0..<10) func plansOfRandomNetworksChangeNoBit(_ group: Int) throws {
        for seed in 0..<10 {
            let network = try RandomNetwork(seed: UInt64(10 * group + seed))
            func results(_ regions: RegionChoice) throws -> [String: Tensor] {
                let program = try Program(lowering: network.graph, kernels: KernelTable(.best), regions: regions)
                try ProgramVerifier.verify(program)
                return try Session(program, parameters: network.states, threads: 2).run(network.inputs)
            }
            #expect(try results(.planned(Self.slowMemory)) == results(.single), "network \(10 * group + seed)")
        }
    }

    /// Inverted residuals of a stage as they are written in the paper, at a width and a size.
    private static func blocks(_ count: Int, channels: Int, size: Int, shuffled: Bool = false) throws -> Graph {
        let builder = GraphBuilder()
        var x = try builder.addInput(shuffled ? "x" : "image", TensorType(.float32, shape: [1, channels, size, size]))
        let wide = 6 * channels
        for block in 0..<count {
            func state(_ name: String, _ shape: [Int]) throws -> Value {
                let path = shuffled ? "\(name)\(block)" : "block\(block).\(name)"
                return try builder.state(path, .parameter, TensorType(.float32, shape: shape))
            }
            // In another order of the nodes the weights come first, and the last ones before the first.
            func weights() throws -> [Value] {
                let shapes = [
                    ("expand", [wide, channels, 1, 1]), ("filter", [wide, 1, 3, 3]),
                    ("project", [channels, wide, 1, 1]),
                ]
                let made = try (shuffled ? shapes.reversed() : shapes).map { try state($0.0, $0.1) }
                return shuffled ? made.reversed() : made
            }
            let early = shuffled ? try weights() : []
            let entry = try builder.add(Relu(), [x])[0]
            let w = shuffled ? early : try weights()
            let expanded = try builder.add(ConvolutionClip(Convolution(), Clip(low: 0, high: 6)), [entry, w[0]])[0]
            let filtered = try builder.add(Convolution(pads: [1, 1, 1, 1], group: wide), [expanded, w[1]])[0]
            x = try builder.add(ConvolutionAddClip(Convolution()), [filtered, w[2], x])[0]
        }
        builder.output("y", x)
        return try builder.finish()
    }

    private static func kernels(_ program: Program) -> [String] { program.steps.map(\.lowered.kernel) }

    /// The steps that hold convolutions.
    private static func convolutions(_ program: Program) -> [Step] {
        program.steps.filter { $0.lowered.kernel.contains("depthwise") || $0.lowered.kernel.contains("conv") }
    }

    /// What would be written to memory six times as wide is streamed; where it fits the cache it is not.
    @Test func invertedResidualsAreStreamedWhereThatPays() throws {
        let wide = try Self.planned(Self.blocks(3, channels: 24, size: 256))
        #expect(Self.convolutions(wide).count == 3)
        let deep = try Self.planned(Self.blocks(3, channels: 192, size: 16))
        #expect(Self.convolutions(deep).count > 3)
    }

    /// Names and the order of the nodes are nothing to the plan.
    @Test func anotherSpellingGivesTheSameProgram() throws {
        let model = Self.model
        for (channels, size) in [(24, 256), (48, 64), (192, 32)] {
            let written = try Self.planned(Self.blocks(3, channels: channels, size: size), model)
            let other = try Self.planned(Self.blocks(3, channels: channels, size: size, shuffled: true), model)
            #expect(Self.kernels(written) == Self.kernels(other))
            #expect(written.plan.byteCount == other.plan.byteCount)
        }
    }

    /// Rows that are too wide for the cache are cut into columns.
    @Test func wideRowsAreCutIntoColumns() throws {
        let program = try Self.planned(Self.blocks(1, channels: 24, size: 2048))
        #expect(Self.convolutions(program).count == 1)
        let region = try #require(Self.convolutions(program)[0].lowered.region)
        #expect(region.tiles.columns.count > 1)
        try ProgramVerifier.verify(program)
    }
}
