import TesseraExecution
import TesseraIR
import TesseraPasses
import TesseraTensors

/// From a graph to a program: the passes for its purpose, then layouts, kernels and the memory plan.
public enum Compiler {
    public enum Purpose: String, Sendable {
        /// Outputs only; norms use their stored statistics and fold into convolutions.
        case inference
        /// A graph that already holds its gradients and updates.
        case training

        public var pipeline: Pipeline { pipeline(parameters: nil) }

        /// With the states' tensors, where they are known and stay: rewrites that need them are checked against them.
        public func pipeline(parameters: ParameterStore?) -> Pipeline {
            switch self {
            case .inference:
                Pipeline([
                    RemoveUnusedNodes(), MergeEqualNodes(), FoldNormIntoConvolution(parameters), FuseNormRelu(),
                    FuseConcatIntoNormRelu(), FuseAddIntoConvolution(), FuseClipIntoConvolution(), FuseSilu(),
                    FuseGelu(), FuseChannelShuffle(),
                    FuseAddIntoProduct(),
                ])
            case .training: Pipeline([RemoveUnusedNodes(), MergeEqualNodes(), FuseNormRelu(), RecomputeNormRelu()])
            }
        }
    }

    /// Binds the named dimensions, runs the purpose's passes and lowers. `parameters` are the tensors that the sessions
    /// will have, where they are known; `observe` sees every pass with the graph after it. Throws what typing, passes
    /// or planning find.
    public static func compile(
        _ graph: Graph, for purpose: Purpose, options: CompilerOptions = CompilerOptions(),
        parameters: ParameterStore? = nil, binding: [String: Int] = [:], observe: Pipeline.Observer? = nil
    ) throws -> Program {
        if let node = graph.nodes.first(where: { ($0.op as? Constant).map { $0.value.tensor == nil } ?? false }) {
            throw TesseraError(
                at: "\(node.id) \(node.path)", found: "a constant of which the text has the digest alone",
                accepted: "graphs read with their constants")
        }
        let optimized = try purpose.pipeline(parameters: parameters).run(
            try graph.binding(binding), log: RewriteLog(limit: options.rewriteLimit), observe: observe)
        let regions = options.regions ?? (purpose == .inference ? .planned(options.costs) : .single)
        return try Program(
            lowering: optimized, kernels: try KernelTable(options.instructionSet), regions: regions,
            usesWinograd: options.usesWinograd && purpose == .inference)
    }
}

/// How a graph is compiled, beside what it is for.
public struct CompilerOptions: Sendable {
    public var instructionSet: InstructionSet
    /// Which nodes run together as one sliding window; nil: those whose planned cost is least, in inference.
    public var regions: RegionChoice?
    /// What regions are planned with.
    public var costs: CostModel
    /// Whether dense 3 × 3 convolutions run by Winograd's method in inference, where that is faster: their outputs then
    /// differ by a few 1e-5 of the largest, and an infinity spoils its neighbours.
    public var usesWinograd = false
    /// At most so many rewrites are done, to find a wrong one by bisection.
    public var rewriteLimit: Int

    public init(
        instructionSet: InstructionSet = .best, regions: RegionChoice? = nil, rewriteLimit: Int = .max
    ) {
        self.instructionSet = instructionSet
        self.regions = regions
        self.rewriteLimit = rewriteLimit
        costs = .standard(for: instructionSet)
    }

    /// For a run with these options: planned for as many workers as it has.
    public init(_ execution: ExecutionOptions, regions: RegionChoice? = nil, rewriteLimit: Int = .max) {
        self.init(instructionSet: execution.instructionSet, regions: regions, rewriteLimit: rewriteLimit)
        if let costs = execution.costs { self.costs = costs }
        costs.workers = execution.threads
        usesWinograd = execution.usesWinograd
    }
}
