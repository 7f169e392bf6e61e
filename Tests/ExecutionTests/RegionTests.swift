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

/// Nodes that run as one sliding window give the bits of the nodes one after the other.
@Suite struct RegionTests {
    /// 300 networks, forward and backward; every chain of two among their row-local nodes, as one region or the other.
    @Test(arguments: 0..<30) func pairsOfRandomNetworks(_ group: Int) throws {
        for seed in 0..<10 {
            let network = try RandomNetwork(seed: UInt64(10 * group + seed))
            let run = Runs(network)
            let apart = try run.results(.single)
            for regions in try run.chains() {
                #expect(try run.results(.groups(regions)) == apart, "network \(10 * group + seed)")
            }
        }
    }

    @Test(arguments: 0..<20) func windowsOfAnySize(_ seed: Int) throws {
        let run = Runs(try RandomNetwork(seed: UInt64(1000 + seed)))
        let whole = try run.results(.single)
        for cut in [WindowCut(rows: 1, columns: 1), WindowCut(rows: 3, columns: 5), WindowCut(rows: 2, columns: 64)] {
            #expect(try run.results(.single, cut: cut) == whole, "\(cut)")
            for regions in try run.chains() { #expect(try run.results(.groups(regions), cut: cut) == whole, "\(cut)") }
        }
    }

    /// Norm, ReLU and a padded convolution: zeros of the padding come after the ReLU, whose value at 0 is not 0.
    @Test func paddingComesAfterWhatIsBefore() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 8, 20, 17]))
        func constant(_ name: String, _ shape: [Int]) throws -> Value {
            try builder.constant(Draw.positive(name, shape).floating(.float32))
        }
        let vectors = try ["scale", "bias", "mean", "variance"].map { try constant($0, [8]) }
        let norm = try builder.add(BatchNormalization(), [x] + vectors)
        let relu = try builder.add(Relu(), norm)
        let weight = try constant("weight", [8, 1, 3, 3])
        let y = try builder.add(Convolution(pads: [1, 1, 1, 1], group: 8), [relu[0], weight])
        builder.output("y", y[0])
        let graph = try builder.finish(), input = ["x": Draw.normal("x", [1, 8, 20, 17]).floating(.float32)]
        let expected = try Evaluator.run(graph, inputs: input).outputs["y"]!
        for set in InstructionSet.available {
            let program = try Program(
                lowering: graph, kernels: KernelTable(set),
                regions: .groups([[norm[0].node, relu[0].node, y[0].node]]))
            #expect(program.steps.contains { $0.nodes.count == 3 })
            let result = try Session(program, parameters: ParameterStore(), threads: 2).run(input)["y"]!
            #expect(result.distance(from: expected) <= 1e-5)
        }
    }

    /// Every chain of two of every model, forward and backward, on one and more threads.
    @Test(arguments: ModelCatalog.standard.names, [1, 2, 3, 8]) func pairsOfModels(_ name: String, _ threads: Int)
        throws
    {
        let run = try Runs(model: name)
        let apart = try run.results(.single, threads: 1)
        #expect(try run.results(.single, threads: threads) == apart)
        for regions in try run.chains() {
            #expect(try run.results(.groups(regions), threads: threads) == apart)
        }
    }

    @Test func aMemberWithAnotherReaderIsRefused() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 4, 6, 6]))
        let a = try builder.add(Relu(), [x]), b = try builder.add(Absolute(), a)
        builder.output("a", a[0])
        builder.output("b", b[0])
        let error = #expect(throws: TesseraError.self) {
            try Program(
                lowering: builder.finish(), kernels: KernelTable(.best), regions: .groups([[a[0].node, b[0].node]]))
        }
        #expect(error?.accepted == "row-local nodes that only later members read, by rows")
    }
}

/// Runs one graph in several ways.
private struct Runs {
    let graph: Graph
    let inputs: [String: Tensor]
    let states: ParameterStore

    init(_ network: RandomNetwork) {
        (graph, inputs, states) = (network.graph, network.inputs, network.states)
    }

    /// A model's score, the mean of its squares and the gradients of all parameters, after the passes of training.
    init(model name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64)
        let shape = [2, 1, 64, 64]
        let builder = GraphBuilder(try PrepareNormsForTraining().run(model.graph.binding(["N": 2]), RewriteLog()))
        let score = builder.graph.outputs[0].value
        let loss = try builder.add(ReduceMean(), builder.add(Multiply(), [score, score]))[0]
        let targets = builder.graph.states.filter { $0.state.kind == .parameter }
        let gradients = try Autodiff.gradients(of: loss, withRespectTo: targets.map(\.value), in: builder)
        for (target, gradient) in zip(targets, gradients) { builder.output(target.state.path, gradient) }
        graph = try Compiler.Purpose.training.pipeline.run(builder.finish())
        inputs = [model.graph.inputs[0].name: Draw.normal("image", shape).floating(.float32)]
        states = model.initialParameters(seed: 5)
    }

    func results(_ regions: RegionChoice, threads: Int = 2, cut: WindowCut? = nil) throws -> [String: Tensor] {
        let program = try Program(
            lowering: graph, kernels: KernelTable(.best), usesKernels: true, regions: regions, cut: cut)
        return try Session(program, parameters: states, threads: threads).run(inputs)
    }

    /// Sets of disjoint chains of two that together hold every one.
    func chains() throws -> [[[NodeID]]] {
        var left = try Program(lowering: graph, kernels: KernelTable(.best)).links, sets: [[[NodeID]]] = []
        while !left.isEmpty {
            sets.append(left.disjoint())
            left.removeAll { sets.last!.contains($0) }
        }
        return sets
    }
}
