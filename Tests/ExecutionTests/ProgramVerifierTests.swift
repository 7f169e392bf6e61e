import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// The verifier takes whole programs as they are, and finds what is planted in them.
@Suite struct ProgramVerifierTests {
    @Test(arguments: 0..<20) func randomNetworksAreProven(_ seed: Int) throws {
        let network = try RandomNetwork(seed: UInt64(seed))
        for regions in [RegionChoice.single, .pairs] {
            let program = try Program(lowering: network.graph, kernels: KernelTable(.best), regions: regions)
            #expect(throws: Never.self) { try ProgramVerifier.verify(program) }
        }
    }

    /// max pool 3 × 3 → depthwise 3 × 3 → abs, the first two as one region.
    private static func program(_ regions: Bool = true) throws -> Program {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [2, 8, 200, 6]))
        let pool = try builder.add(MaxPool(kernel: [3, 3], pads: [1, 1, 1, 1]), [x])[0]
        let weight = try builder.constant(Draw.normal("w", [8, 1, 3, 3]).floating(.float32))
        let filtered = try builder.add(Convolution(pads: [1, 1, 1, 1], group: 8), [pool, weight])[0]
        let moments = try builder.add(ChannelMoments(), [filtered])
        builder.output("y", try builder.add(Absolute(), [filtered])[0])
        builder.output("mean", moments[0])
        builder.output("variance", moments[1])
        return try Program(
            lowering: builder.finish(), kernels: KernelTable(.best),
            regions: regions ? .groups([[pool.node, filtered.node]]) : .single)
    }

    private func index(_ program: Program, _ isWanted: @escaping (Step) -> Bool) throws -> Int {
        try #require(program.steps.firstIndex(where: isWanted))
    }

    private func expectFault(_ program: Program, _ found: String, _ sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: TesseraError.self, sourceLocation: sourceLocation) {
            try ProgramVerifier.verify(program)
        }
        #expect(error?.found.contains(found) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }

    @Test func whatStandsIsProven() throws {
        for regions in [true, false] { try ProgramVerifier.verify(Self.program(regions)) }
    }

    @Test func aRingOneRowShortIsFound() throws {
        var program = try Self.program()
        let step = try index(program) { $0.nodes.count == 2 }
        program.steps[step].lowered.region!.ringRows[0] -= 1
        expectFault(program, "of member 0")
    }

    @Test func aMissingJoinIsFound() throws {
        var program = try Self.program()
        let step = try index(program) { $0.node.op is ChannelMoments }
        program.steps[step].lowered.phases.removeLast()
        expectFault(program, "never written")
    }

    @Test func aResultOverAValueThatIsReadLaterIsFound() throws {
        var program = try Self.program(false)
        // The moments' mean over the image that the next step reads.
        let step = try index(program) { $0.node.op is ChannelMoments }
        let image = try #require(program.steps[step].inputs[0])
        program.steps[step].outputs[0] = image
        expectFault(program, "over its input")
        program = try Self.program(false)
        let filter = try index(program) { $0.node.op is Convolution }
        let last = try index(program) { $0.node.op is Absolute }
        program.steps[last - 1].outputs[0] = program.steps[filter].outputs[0]
        expectFault(program, filter == last - 1 ? "never written" : "over its input")
    }

    @Test func twoWritersOfARowAndAStaleRowAreFound() throws {
        let region = try #require(Self.program().steps.first { $0.nodes.count == 2 }?.lowered.region)
        let visits = RegionVerifier.visits(of: region)
        func fault(_ change: (inout [RegionVisit]) -> Void) -> String {
            var changed = visits
            change(&changed)
            do { try RegionVerifier.verify(changed, of: region, at: "region") } catch let error as TesseraError {
                return error.found
            } catch { return "" }
            return ""
        }
        #expect(fault { _ in } == "")
        let last = visits.map(\.member).max()!, written = visits.lastIndex { $0.member == last }!
        #expect(fault { $0.append($0[written]) }.contains("has written"))
        #expect(fault { $0.remove(at: written) }.contains("nobody writes"))
        // The ring still holds the row before, or that of the strip before.
        let made = visits.indices.filter { visits[$0].member == 0 }[3]
        #expect(fault { $0.remove(at: made) }.contains("row"))
        let early = try #require(
            visits.indices.dropLast().first { visits[$0].member == 0 && visits[$0 + 1].member == last })
        #expect(fault { $0.swapAt(early, early + 1) } != "")
    }

    /// Two slices of a wider tensor: 32 bytes of every pixel of 64.
    @Test func overlappingSubBuffersAreFound() throws {
        let a = Content.value(Value(NodeID(1))), b = Content.value(Value(NodeID(2)))
        func slice(_ content: Content, at first: Int) -> MemoryAccess {
            MemoryAccess(content, at: first, bytes: 32, runs: 10, distance: 64)
        }
        var memory = ShadowMemory()
        memory.write(slice(a, at: 0), by: "a")
        memory.write(slice(b, at: 32), by: "b")
        try memory.read(slice(a, at: 0), by: "reader")
        try memory.read(slice(b, at: 32), by: "reader")
        memory.write(slice(b, at: 28), by: "b")
        let error = #expect(throws: TesseraError.self) { try memory.read(slice(a, at: 0), by: "reader") }
        #expect(error?.found == "byte 28 of its input %1 holds %2, written by b")
        // The same bytes of another pixel are others.
        memory.write(slice(a, at: 0), by: "a")
        #expect(throws: TesseraError.self) { try memory.read(slice(a, at: 64), by: "reader") }
    }
}
