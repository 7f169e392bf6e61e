import TesseraCompiler
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import TesseraTraining
import Testing

/// How often every pass of the compiler fires in ResNet-Dwise50, and that each fires in some architecture.
@Suite struct PassCountTests {
    private static func model(_ name: String) throws -> Graph {
        try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64).graph
    }

    /// The rewrites that were applied, by pass.
    private static func counts(_ graph: Graph, _ purpose: Compiler.Purpose) throws -> [String: Int] {
        let log = RewriteLog()
        _ = try purpose.pipeline.run(graph, log: log)
        return Dictionary(log.entries.filter(\.isApplied).map { ($0.pass, 1) }, uniquingKeysWith: +)
    }

    private static func step(_ model: Graph) throws -> Graph {
        try TrainingGraph(model: model, inputShape: [2, 1, 64, 64], options: .init()).graph
    }

    @Test func theCountsOfResNetDwise50() throws {
        let model = try Self.model("resnet-dwise50"), log = RewriteLog()
        #expect(
            try Self.counts(model.binding(["N": 1]), .inference)
                == [
                    "foldNormIntoConvolution": 32, "fuseNormRelu": 17, "fuseAddIntoConvolution": 16,
                    "fuseClipIntoConvolution": 32,
                ])
        _ = try Pipeline([PrepareNormsForTraining()]).run(model.binding(["N": 2]), log: log)
        #expect(log.entries.count == 49 && log.entries.allSatisfy(\.isApplied))
        let training = try Self.counts(Self.step(model), .training)
        #expect(training["fuseNormRelu"] == 3 * 49 && training["recomputeNormRelu"] == 48)
    }

    /// What files from elsewhere spell by its parts; no architecture here has it.
    private static func spelledElsewhere() throws -> Graph {
        let builder = GraphBuilder(), x = try builder.addInput("x", TensorType(.float32, [1, 4, 2, 2]))
        func add(_ op: any Op, _ inputs: Value...) throws -> Value { try builder.add(op, inputs)[0] }
        let half = try builder.scalar(0.5, .float32), one = try builder.scalar(1, .float32)
        let silu = try add(Multiply(), x, add(Sigmoid(), x))
        let inner = try add(Multiply(), silu, builder.scalar(0.5.squareRoot(), .float32))
        let gate = try add(Add(), add(ErrorFunction(), inner), one)
        let gelu = try add(Multiply(), add(Multiply(), silu, gate), half)
        let columns = try add(Transpose(permutation: [0, 2, 1, 3, 4]), add(Reshape(to: [1, 2, 2, 2, 2]), gelu))
        let shuffled = try add(Reshape(to: [1, 4, 2, 2]), columns)
        let weight = try builder.state("weight", .parameter, TensorType(.float32, [2, 3]))
        let bias = try builder.state("bias", .parameter, TensorType(.float32, [3]))
        builder.output("y", try add(Add(), add(MatrixMultiply(), shuffled, weight), bias))
        return try builder.finish()
    }

    @Test func everyPassFiresInSomeModel() throws {
        var fired = Set(try Self.counts(Self.spelledElsewhere(), .inference).keys)
        for name in ModelCatalog.standard.names {
            let model = try Self.model(name)
            fired.formUnion(try Self.counts(model.binding(["N": 1]), .inference).keys)
            var step = try Self.step(model)
            fired.formUnion(try Self.counts(step, .training).keys)
            // Without its updates a step is its forward part, and the rest is unused.
            step.updates = []
            fired.formUnion(try Self.counts(step, .training).keys)
        }
        for purpose in [Compiler.Purpose.inference, .training] {
            for pass in purpose.pipeline.passes.map({ type(of: $0).name }) {
                #expect(fired.contains(pass), "\(pass) fires in no model")
            }
        }
    }

    /// Statistics and sweeps are nodes of their own: none gives numbers of channels and an image too.
    @Test(arguments: ModelCatalog.standard.names) func noNodeSumsAndSweeps(_ name: String) throws {
        let step = try Compiler.Purpose.training.pipeline.run(Self.step(Self.model(name)))
        for node in step.nodes where Set(node.outputTypes.map(\.rank)).isSuperset(of: [1, 4]) {
            Issue.record("\(node.id) \(node.op.mnemonic) at \(node.path) gives \(node.outputTypes)")
        }
        #expect(
            step.nodes.contains { $0.op is ChannelMoments }
                && step.nodes.contains { $0.op is NormReluGradientSums || $0.op is BatchNormalizationGradientSums })
    }
}
