import Testing
import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraTensors
import TestSupport

/// Convolutions by Winograd's method: near the definition, for any window and number of threads the same bits.
@Suite struct WinogradTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let x: [Int], filters: Int, pads: [Int], hasBias: Bool, isSum: Bool
        var testDescription: String {
            "\(x) → \(filters), pads \(pads)\(hasBias ? ", bias" : "")\(isSum ? ", sum" : "")"
        }
    }

    static let cases = [
        Case(x: [1, 32, 28, 28], filters: 32, pads: [1, 1, 1, 1], hasBias: false, isSum: false),
        Case(x: [2, 40, 31, 29], filters: 50, pads: [1, 1, 1, 1], hasBias: true, isSum: true),
        Case(x: [1, 33, 30, 37], filters: 65, pads: [0, 0, 0, 0], hasBias: true, isSum: false),
        Case(x: [1, 64, 29, 34], filters: 34, pads: [2, 0, 1, 2], hasBias: false, isSum: true),
    ]

    private func graph(_ sample: Case) throws -> (Graph, [String: Tensor]) {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: sample.x))
        let weight = try builder.constant(
            Draw.normal("w", [sample.filters, sample.x[1], 3, 3]).floating(.float32))
        var operands = [x, weight]
        if sample.hasBias {
            operands.append(try builder.constant(Draw.normal("b", [sample.filters]).floating(.float32)))
        }
        let op = Convolution(pads: sample.pads)
        let output = try op.outputTypes(for: operands.map { builder.type(of: $0) })[0].shape!
        var inputs = ["x": Draw.normal("x", sample.x).floating(.float32)]
        if sample.isSum {
            operands.append(try builder.addInput("z", TensorType(.float32, shape: output)))
            inputs["z"] = Draw.normal("z", output).floating(.float32)
            builder.output("y", try builder.add(ConvolutionAddClip(op, Clip(low: -8, high: 30)), operands)[0])
        } else {
            builder.output("y", try builder.add(op, operands)[0])
        }
        return (try builder.finish(), inputs)
    }

    @Test(arguments: cases, [InstructionSet.avx512, .avx2, .neon, .generic])
    func itIsNearTheDefinition(_ sample: Case, _ set: InstructionSet) throws {
        guard let kernels = try? KernelTable(set) else { return }
        let (graph, inputs) = try graph(sample)
        func run(_ cut: WindowCut?, threads: Int) throws -> Tensor {
            let program = try Program(
                lowering: graph, kernels: kernels, usesKernels: true, regions: .single, cut: cut, usesWinograd: true)
            #expect(program.steps.contains { $0.lowered.kernel.hasPrefix("conv 3x3 winograd") })
            try ProgramVerifier.verify(program)
            return try Session(program, parameters: ParameterStore(), threads: threads).run(inputs)["y"]!
        }
        let whole = try run(nil, threads: 1)
        let expected = try Evaluator.run(graph, inputs: inputs, states: [:]).outputs["y"]!
        #expect(whole.distance(from: expected) < 5e-5)
        for threads in [2, 3, 8] { #expect(try run(nil, threads: threads) == whole) }
        for cut in [WindowCut(rows: 1, columns: 5), WindowCut(rows: 3, columns: 100), WindowCut(rows: 9, columns: 2)] {
            #expect(try run(cut, threads: 2) == whole, "\(cut)")
        }
    }

    @Test func aModelGivesNearlyTheSame() throws {
        let model = try ModelCatalog.standard.entry(named: "resnet50").model(height: 128)
        let inputs = ["image": Draw.normal("image", [1, 3, 128, 128]).floating(.float32)]
        let results = try [false, true].map { usesWinograd in
            var options = CompilerOptions()
            options.usesWinograd = usesWinograd
            let program = try Compiler.compile(
                model.graph, for: .inference, options: options, binding: ["N": 1])
            #expect(program.steps.contains { $0.lowered.kernel.contains("winograd") } == usesWinograd)
            return try Session(program, parameters: model.initialParameters(seed: 1), threads: 2).run(inputs)["score"]!
        }
        #expect(results[1].distance(from: results[0]) < 1e-4)
    }

    /// Only on request, and only where it pays.
    @Test func itIsTakenOnRequestAlone() throws {
        func kernel(_ sample: Case, _ usesWinograd: Bool) throws -> String {
            let program = try Program(
                lowering: graph(sample).0, kernels: KernelTable(.best), usesWinograd: usesWinograd)
            return program.steps.map(\.lowered.kernel).joined()
        }
        #expect(try !kernel(Self.cases[0], false).contains("winograd"))
        let narrow = Case(x: [1, 16, 28, 28], filters: 64, pads: [1, 1, 1, 1], hasBias: false, isSum: false)
        #expect(try !kernel(narrow, true).contains("winograd"))
        let small = Case(x: [1, 64, 14, 14], filters: 64, pads: [1, 1, 1, 1], hasBias: false, isSum: false)
        #expect(try !kernel(small, true).contains("winograd"))
    }
}
