import ArgumentParser
import Foundation
import Tessera
import TesseraModels

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Prints what the compiler makes of a model.",
        discussion: """
            A summary: what was fused and what was not and why, the regions that stream, who owns the memory, and the \
            layers that cost most. --stage all prints the graph, every pass with what it applied and declined (and the \
            graph after it where it changed), the memory plan with offset, size, life and reason of every buffer, and \
            the steps of the program; the other stages one of these. The graph of --stage graph can be parsed again.

            Examples:
              tessera inspect resnet-dwise50 --size 256 --stage plan
              tessera inspect run --training --batch-size 4 --pass fuseNormRelu
            """
    )

    enum Regions: String, CaseIterable, ExpressibleByArgument {
        case planned, single, pairs
        var choice: RegionChoice? {
            switch self {
            case .planned: nil
            case .single: .single
            case .pairs: .pairs
            }
        }
    }

    enum Stage: String, CaseIterable, ExpressibleByArgument { case all, graph, passes, plan, program }

    @Argument(
        help: "A name that 'tessera models' lists, a checkpoint (.safetensors), the folder of a run, or an ONNX file.")
    var model: String
    @Option(help: "Height and width of the images. (default: the model's)") var size: Int?
    @Option(help: "Channels of the images, for a model by name.") var channels = 1
    @Option(
        name: [.customLong("batch-size"), .customLong("batch")],
        help: "Images at a time. (default: 1, or 4 with --training)") var batch: Int?
    @Flag(help: "The training step with the paper's recipe instead of inference.") var training = false
    @Option(help: "This stage, or all of them, instead of the summary.") var stage: Stage?
    @Option(help: "Only this pass, by name or by number from 1.") var pass: String?
    @Option(help: "Stop rewriting after so many rewrites: a wrong one is found by bisection.") var rewrites: Int?
    @Option(help: "Which nodes run together as a sliding window: planned by cost, single, or pairs of every chain.")
    var regions = Regions.planned
    @Flag(help: "Interpret the program: prove that every step reads what the maker of its input wrote.")
    var verify = false
    @Flag(help: "Print sizes and counts as JSON instead.") var json = false
    @OptionGroup var execution: InferenceArguments

    private struct Summary: Encodable {
        struct Pass: Encodable { let name: String, applied: Int, declined: Int, nodes: Int }

        let name: String
        let parameters: Int
        let multiplyAdds: Int
        let nodes: Int
        let passes: [Pass]
        let steps: Int
        let stepsWithoutKernel: Int
        let arenaBytes: Int
        let lowerBoundBytes: Int
        let peakStep: Int
        let planner: String
        let instructionSet: String
    }

    func validate() throws {
        if stage != nil, pass != nil { throw ValidationError("--stage and --pass cannot both be given") }
        if let rewrites, rewrites < 0 { throw ValidationError("--rewrites \(rewrites) is negative") }
        if let batch, !(1...65_536).contains(batch) {
            throw ValidationError("--batch \(batch) is not within 1 to 65536")
        }
    }

    func run() throws {
        let (bound, parameters) = try boundGraph()
        let graph =
            training
            ? try TrainingGraph(model: bound, inputShape: bound.inputs.first?.type.shape ?? [], options: .init()).graph
            : bound
        if stage == .graph, !json { return Console.print(GraphText.print(graph).trimmingNewline) }
        let trace = try CompilationTrace(
            graph, for: training ? .training : .inference,
            options: CompilerOptions(execution.options(), regions: regions.choice, rewriteLimit: rewrites ?? .max),
            parameters: training ? nil : parameters)
        if verify { try ProgramVerifier.verify(trace.program) }
        if json { return try Console.print(json: summary(trace)) }
        let text =
            try pass.map { try trace.passText($0) }
            ?? {
                switch stage {
                case .passes: trace.passesText
                case .plan: trace.program.planText
                case .program: trace.program.stepsText
                case .all, .graph: trace.text
                case nil: trace.summaryText
                }
            }()
        Console.print(text.trimmingNewline)
    }

    /// The model graph with a number for every dimension, and the tensors of a file.
    private func boundGraph() throws -> (Graph, ParameterStore?) {
        let batch = batch ?? (training ? 4 : 1)
        var graph: Graph, parameters: ParameterStore?
        if ModelFile.isPath(model) {
            let trained = try ModelFile(path: model).trainedModel(imageSize: size)
            (graph, parameters) = (trained.graph, trained.parameters)
        } else {
            graph = try ModelCatalog.standard.entry(named: model).model(inputChannels: channels, height: size).graph
        }
        // The batch is the first dimension of the inputs, whatever its name.
        let names = graph.inputs.compactMap { input in
            if case .named(let name) = input.type.dimensions.first { name } else { nil }
        }
        graph = try graph.binding(Dictionary(names.map { ($0, batch) }) { first, _ in first })
        if let open = graph.inputs.first(where: { $0.type.shape == nil }) {
            throw TesseraError(
                at: "input \(open.name)", found: "the type \(open.type)",
                accepted: "--size for images whose height and width are open")
        }
        guard graph.inputs.count == 1, let shape = graph.inputs[0].type.shape, !shape.isEmpty, names.isEmpty,
            self.batch != nil
        else { return (graph, parameters) }
        return (try graph.bindingInput(to: [batch] + shape.dropFirst()), parameters)
    }

    private func summary(_ trace: CompilationTrace) throws -> Summary {
        let plan = trace.program.plan
        return Summary(
            name: trace.graph.name, parameters: trace.graph.elementCount(of: .parameter),
            multiplyAdds: try trace.graph.multiplyAdds(), nodes: trace.graph.nodes.count,
            passes: trace.passes.map { pass in
                let applied = pass.entries.filter(\.isApplied).count
                return .init(
                    name: pass.name, applied: applied, declined: pass.entries.count - applied,
                    nodes: pass.graph.nodes.count)
            },
            steps: trace.program.steps.count, stepsWithoutKernel: trace.program.stepsWithoutKernel.count,
            arenaBytes: plan.byteCount, lowerBoundBytes: plan.lowerBound,
            peakStep: plan.peakStep, planner: plan.planner,
            instructionSet: trace.program.kernels.instructionSet.rawValue
        )
    }
}

extension String {
    fileprivate var trimmingNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
