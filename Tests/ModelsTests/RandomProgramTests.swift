import Foundation
import Synchronization
import Tessera
import TesseraExecution
import TesseraInspection
import TestSupport
import Testing

/// Random networks compiled for inference give what the plain evaluator gives, on every instruction set, and every pass
/// and kind of region has its part in it.
@Suite struct RandomProgramTests {
    private static let networks = 500, least = 20
    private static let sets = InstructionSet.allCases.filter { (try? KernelTable($0)) != nil }

    /// What has fired, by name.
    private final class Counts: Sendable {
        private let counts = Mutex<[String: Int]>([:])
        func add(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }
        subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
    }

    /// On a machine of small caches and slow memory, so that whatever can be streamed is.
    private static func costs(_ set: InstructionSet) -> CostModel {
        var costs = CostModel.standard(for: set)
        (costs.cacheBytes, costs.sharedCacheBytes, costs.workers) = (24 << 10, 1 << 20, 2)
        (costs.sharedCache, costs.memory) = (2e9, 1e9)
        return costs
    }

    @Test func programsGiveWhatTheEvaluatorGives() throws {
        let fired = Counts(), failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: Self.networks) { seed in
            do {
                for failure in try Self.failures(UInt64(seed), fired) { failures.withLock { $0.append(failure) } }
            } catch { failures.withLock { $0.append("network \(seed): \(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
        for pass in Compiler.Purpose.inference.pipeline.passes.map({ type(of: $0).name }) {
            #expect(fired[pass] >= Self.least, "\(pass) fired \(fired[pass]) times")
        }
        for kind in Self.kinds.map(\.name) { #expect(fired[kind] >= Self.least, "\(kind): \(fired[kind]) regions") }
    }

    /// The worst outputs of one network beyond what float32 explains.
    private static func failures(_ seed: UInt64, _ fired: Counts) throws -> [String] {
        let network = try RandomInferenceNetwork(seed: seed)
        let exact = try RandomInferenceNetwork(seed: seed, element: .float64)
        let truth = try Evaluator.run(exact.graph, inputs: exact.inputs, states: exact.states.asDictionary).outputs
        let plain = try Evaluator.run(network.graph, inputs: network.inputs, states: network.states.asDictionary)
            .outputs
        var failures: [String] = []
        for set in sets {
            let options = CompilerOptions(instructionSet: set, regions: .planned(costs(set)))
            let trace = try CompilationTrace(
                network.graph, for: .inference, options: options, parameters: network.states)
            try ProgramVerifier.verify(trace.program)
            let results = try Session(trace.program, parameters: network.states, threads: 2).run(network.inputs)
            for (name, result) in results {
                let own = plain[name]!.floating(.float64).distance(from: truth[name]!)
                let error = result.floating(.float64).distance(from: truth[name]!)
                if error > max(1e-5, 4 * own) {
                    failures.append("network \(seed), \(set), \(name): \(error), the evaluator's own \(own)")
                }
            }
            guard set == sets[0] else { continue }
            for pass in trace.passes where pass.entries.contains(where: \.isApplied) || pass.isChanged {
                fired.add(pass.name)
            }
            for step in trace.program.steps where step.nodes.count > 1 {
                for kind in kinds where kind.fits(step) { fired.add(kind.name) }
            }
        }
        return failures
    }

    private struct Kind: Sendable {
        let name: String
        let fits: @Sendable (Step) -> Bool
    }

    /// Kinds of regions, by what is in them.
    private static let kinds = [
        Kind(name: "a residual within") { step in
            step.nodes.contains { node in
                let made = Set(step.nodes.map(\.id))
                return node.op.mnemonic == "convAddClip" && node.inputs.last.map { made.contains($0.node) } == true
            }
        },
        Kind(name: "depthwise between products") { step in
            let kernel = step.lowered.kernel
            return kernel.contains("gemm") && kernel.contains("depthwise")
        },
        Kind(name: "a pool behind a convolution") { $0.lowered.kernel.contains("max pool") },
        Kind(name: "a concatenation") { $0.lowered.kernel.contains("concat") },
        Kind(name: "norm and ReLU before a convolution") { $0.lowered.kernel.contains("norm relu → conv") },
        Kind(name: "an activation by itself") { step in
            ["silu", "gelu", "hardSwish", "prelu"].contains { name in step.nodes.contains { $0.op.mnemonic == name } }
        },
        Kind(name: "a stride") { step in
            let heights = Set(step.nodes.compactMap { $0.outputTypes[0].shape?.dropFirst(2).first })
            return heights.count > 1
        },
        Kind(name: "pieces of columns") { $0.lowered.region!.tiles.columns.count > 1 },
    ]
}
