import TesseraCompiler
import TesseraExecution
import TesseraInspection
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraPlanning
import TesseraTensors
import Testing

@Suite struct CompilationTraceTests {
    /// The first convolution has a reader beside its norm, so its norm cannot be folded; the second one's can.
    private func graph() throws -> Graph {
        let layer = Lambda { x in
            let y = Conv2D("first", 8, kernel: 3)(x)
            let z = Conv2D("second", 8, kernel: 1)(NormReLU("norm1")(y))
            return y + NormReLU("norm2")(z)
        }
        return try Model("two", input: TensorType(.float32, ["N", 3, 8, 8]), layer: layer).graph
    }

    private static let passes = Compiler.Purpose.inference.pipeline.passes.map { type(of: $0).name }

    private func trace(rewriteLimit: Int = .max) throws -> CompilationTrace {
        try CompilationTrace(
            try graph(), for: .inference, options: CompilerOptions(rewriteLimit: rewriteLimit), binding: ["N": 2])
    }

    @Test func passesSayWhatTheyAppliedAndDeclined() throws {
        let trace = try trace()
        #expect(trace.passes.map(\.name) == Self.passes)
        for pass in trace.passes { #expect(pass.isChanged == pass.entries.contains(where: \.isApplied)) }
        #expect(trace.passes.prefix(4).map(\.isChanged) == [false, false, true, true])
        let fold = try trace.passText("foldNormIntoConvolution")
        #expect(fold.contains("1 applied, 1 declined"))
        #expect(fold.contains("  declined %7 batchNorm @norm1: the convolution %2 has other readers\n"))
        #expect(fold.contains("graph \"two\" {"))
        #expect(try trace.passText("3") == fold)
    }

    @Test func theSummaryNamesWhatWasDoneAndWhatNot() throws {
        let trace = try trace(), text = trace.summaryText
        #expect(text.contains("inputs: image f32[2,3,8,8]\n"))
        #expect(text.contains("  foldNormIntoConvolution: 1 applied, 1 declined\n"))
        #expect(text.contains("    not %7 batchNorm @norm1: the convolution has other readers\n"))
        #expect(text.contains("memory: arena ") && text.contains("  at its peak, step \(trace.program.plan.peakStep):"))
        #expect(text.contains("dearest layers of ") && text.split(separator: "\n").count < 80)
    }

    @Test func anUnchangedGraphIsNotPrinted() throws {
        #expect(
            try trace().passText("1")
                == "pass 1 removeUnusedNodes: removes nodes that nothing depends on\n  unchanged\n")
    }

    @Test func anUnknownPassIsAnErrorThatNamesAll() throws {
        let all = Self.passes.enumerated().map { "\($0 + 1) \($1)" }.joined(separator: ", ")
        for name in ["nothing", "0", "\(Self.passes.count + 1)", "-1"] {
            let error = #expect(throws: TesseraError.self) { try trace().passText(name) }
            #expect(error?.accepted == all)
        }
    }

    @Test func rewritesCanBeStopped() throws {
        let none = try trace(rewriteLimit: 0), one = try trace(rewriteLimit: 1)
        #expect(none.passes.allSatisfy { !$0.isChanged })
        let applied = one.passes.filter { $0.entries.contains(where: \.isApplied) }
        #expect(applied.map(\.name) == ["foldNormIntoConvolution"] && applied[0].entries.count { $0.isApplied } == 1)
    }

    @Test func theProgramIsThatOfTheCompiler() throws {
        let program = try Compiler.compile(try graph(), for: .inference, binding: ["N": 2]), trace = try trace()
        #expect(GraphText.print(trace.program.graph) == GraphText.print(program.graph))
        #expect(trace.program.plan.byteCount == program.plan.byteCount)
    }

    @Test func theGraphInTheTextCanBeParsed() throws {
        let trace = try trace()
        let end = trace.text.range(of: "\n}\n")!
        #expect(try GraphText.parse(String(trace.text[..<end.upperBound]), catalog: .standard) == trace.graph)
    }
}

@Suite struct ProgramTextTests {
    private func graph(size: Int = 32) throws -> Graph {
        try ModelCatalog.standard.entry(named: "resnet-dwise50").model(inputChannels: 1, height: size).graph.binding([
            "N": 1
        ])
    }

    @Test func everyBufferOfThePlanIsListed() throws {
        let program = try Compiler.compile(try graph(), for: .inference)
        let text = program.planText
        #expect(text.contains("lower bound \(program.plan.lowerBound.grouped)"))
        let buffers = text.components(after: "buffers:").dropFirst(),
            used = program.plan.placements.filter { $0.request.byteCount > 0 }
        #expect(buffers.count == used.count)
        for placement in used {
            #expect(
                buffers.contains {
                    $0.contains(placement.request.name) && $0.contains(" \(placement.offset.grouped) ")
                        && $0.contains(placement.request.reason)
                })
        }
    }

    @Test func theOwnersOfThePeakAddUpToTheLowerBound() throws {
        let program = try Compiler.compile(try graph(), for: .inference), peak = program.plan.peakStep
        let owners = program.plan.placements.filter { $0.request.steps.contains(peak) && $0.request.byteCount > 0 }
        #expect(owners.reduce(0) { $0 + Liveness.aligned($1.request.byteCount) } == program.plan.lowerBound)
        let largest = owners.map(\.request.byteCount).max()!
        #expect(program.planText.split(separator: "\n")[3].contains(largest.grouped))
    }

    @Test func stepsAreListedWithTheirKernels() throws {
        let program = try Compiler.compile(try graph(), for: .inference)
        let lines = program.stepsText.split(separator: "\n")
        let nodes = program.steps.flatMap(\.nodes), regions = program.steps.count { $0.nodes.count > 1 }
        #expect(lines.count == nodes.count + regions + 3)
        #expect(lines.contains { $0.hasPrefix("regions: \(regions), planned by costs that are the standard ones for") })
        #expect(lines.suffix(regions).allSatisfy { $0.contains("ms reckoned, ") && $0.contains("KiB of rings") })
        #expect(lines[0].hasSuffix("every step has a kernel"))
        for (line, node) in zip(lines.dropFirst(2), nodes) { #expect(line.contains("\(node.id) = ")) }
        for step in program.steps {
            for (kernel, node) in zip(step.lowered.region?.kernels ?? [step.lowered.kernel], step.nodes) {
                #expect(lines.contains { $0.contains(kernel) && $0.contains("\(node.id) = ") })
            }
        }
    }

    @Test func stepsWithoutKernelAreMarked() throws {
        let builder = GraphBuilder(name: "one")
        let x = try builder.addInput("x", TensorType(.float32, [4]))
        builder.output("y", try builder.add(Relu(), [x], path: "relu")[0])
        let program = try Program(
            lowering: builder.finish(), kernels: KernelTable(.best), usesKernels: false, regions: .single, cut: nil)
        let lines = program.stepsText.split(separator: "\n")
        #expect(lines[0].contains("1 marked !"))
        #expect(lines[2].hasPrefix("!"))
    }

    @Test func theTextIsTheSameEveryTime() throws {
        let first = try CompilationTrace(try graph(), for: .inference),
            second = try CompilationTrace(try graph(), for: .inference)
        #expect(first.text == second.text)
    }
}

extension String {
    /// The lines after the line `heading`.
    fileprivate func components(after heading: String) -> [Substring] {
        let lines = split(separator: "\n")
        return lines.firstIndex { $0 == heading }.map { Array(lines[($0 + 1)...]) } ?? []
    }
}
