import AllocationCount
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// What a run allocates does not depend on what it computes: results and their dictionary alone.
@Suite struct AllocationTests {
    /// Those of a run of a network, forward and backward, with one output.
    private func allocations(
        _ network: Graph, _ inputs: [String: Tensor], _ states: ParameterStore, _ regions: RegionChoice
    )
        throws -> Int
    {
        var graph = network
        graph.outputs = [graph.outputs.first { $0.name == "mean" }!]
        let program = try Program(lowering: graph, kernels: KernelTable(.best), regions: regions)
        #expect(program.steps.count > 5 || program.graph.states.isEmpty)
        let session = try Session(program, parameters: states, threads: 1)
        _ = try session.run(inputs)
        _ = try session.run(inputs)
        // The least of a few: the language's runtime may take memory of its own between.
        return try (0..<5).map { _ in
            let before = allocation_count()
            let results = try session.run(inputs)
            let after = allocation_count()
            #expect(results.count == 1)
            return after - before
        }.min()!
    }

    @Test(.enabled(if: allocations_are_counted())) func runsAllocateNothingButTheirResults() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [2, 8, 6, 6]))
        builder.output("mean", try builder.add(ReduceMean(axes: [2, 3]), [x])[0])
        let input = ["x": Draw.normal("x", [2, 8, 6, 6]).floating(.float32)]
        let least = try allocations(builder.finish(), input, ParameterStore(), .single)
        #expect((1...40).contains(least))
        for seed in 0..<20 {
            let network = try RandomNetwork(seed: UInt64(seed))
            for regions in [RegionChoice.single, .pairs] {
                let count = try allocations(network.graph, network.inputs, network.states, regions)
                // One more or less is the dictionary's; one a step would be many more.
                #expect(count <= least + 2, "network \(seed), \(regions)")
            }
        }
    }
}
