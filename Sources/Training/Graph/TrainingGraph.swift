import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors

/// One training step as a graph: inputs are the model's own, `target` and `learningRate`; outputs are `loss` and
/// `prediction`; updates replace parameters, running statistics and the optimiser's states.
public struct TrainingGraph: Sendable {
    /// What is trained, and how. Part of a run's configuration.
    public struct Options: Sendable, Codable, Equatable {
        public var loss = Loss.smooth()
        public var optimizer = Optimizer.paper
        /// The common norm above which gradients are scaled down; nil lets them be.
        public var clipNorm: Double?
        /// Path patterns of what stays as it is: parameters, and norms with their statistics.
        public var frozen: [String] = []

        public init(
            loss: Loss = .smooth(), optimizer: Optimizer = .paper, clipNorm: Double? = nil, frozen: [String] = []
        ) {
            self.loss = loss
            self.optimizer = optimizer
            self.clipNorm = clipNorm
            self.frozen = frozen
        }
    }

    public static let targetName = "target"
    public static let learningRateName = "learningRate"
    public static let lossName = "loss"
    public static let predictionName = "prediction"

    public let graph: Graph
    /// The name of the model's input.
    public let inputName: String
    /// The type of prediction and target.
    public let targetType: TensorType
    /// The paths of the trained parameters, in the graph's order.
    public let trained: [String]
    /// What the user should know: norms that could not be prepared, a loss with a jump.
    public let notes: [String]

    /// Builds the step for a model with one input, of the given shape (batch first), and the output named `output` (the
    /// first by default). `outputsGradients` adds the gradient of every trained parameter as an output `gradient.PATH`.
    /// Throws where the shape does not fit, an option is out of range, nothing is left to train, or an op on the way
    /// has no gradient.
    public init(
        model: Graph, inputShape: [Int], options: Options, output: String? = nil, outputsGradients: Bool = false
    ) throws {
        try options.optimizer.validate()
        try options.loss.validate()
        let frozen = options.frozen.map { PathPattern($0) }
        let log = RewriteLog()
        if let idle = frozen.first(where: { pattern in !model.states.contains { pattern.matches($0.state.path) } }) {
            throw TesseraError(
                at: model.name, found: "the pattern '\(idle)', which fits no parameter",
                accepted: "patterns of its paths; the nearest are "
                    + idle.nearest(among: model.states.map(\.state.path)).joined(separator: ", "))
        }
        let bound = try model.bindingInput(to: inputShape).freezingNorms(frozen)
        try Self.requireFreePaths(bound)
        let prepared = try Pipeline([PrepareNormsForTraining()]).run(bound, log: log)

        let builder = GraphBuilder(prepared)
        builder.replaceOutputs([])
        let prediction = try Self.output(output, of: prepared)
        let element = prepared.type(of: prediction).element
        inputName = prepared.inputs[0].name
        targetType = prepared.type(of: prediction)
        let target = try builder.addInput(Self.targetName, targetType)
        let learningRate = try builder.addInput(Self.learningRateName, TensorType(element, []))
        let loss = try options.loss.add(prediction: prediction, target: target, to: builder)
        builder.output(Self.lossName, loss)
        builder.output(Self.predictionName, prediction)

        let parameters = try Self.trainable(in: bound, builder.graph, loss: loss, frozen: frozen)
        var gradients = try Autodiff.gradients(of: loss, withRespectTo: parameters.map(\.value), in: builder)
        if outputsGradients {
            for (parameter, gradient) in zip(parameters, gradients) {
                builder.output("gradient.\(parameter.path)", gradient)
            }
        }
        let rate = try builder.add(RequireFinite(), [learningRate, loss] + gradients, path: "gradients")[0]
        if let limit = options.clipNorm {
            let factor = try builder.add(ClipFactor(limit: limit), gradients, path: "clip")[0]
            gradients = try gradients.map { try builder.add(Multiply(), [$0, factor], path: "clip")[0] }
        }
        try options.optimizer.addUpdates(of: parameters, gradients: gradients, learningRate: rate, to: builder)
        graph = try builder.finish()
        trained = parameters.map(\.path)
        let declined = log.entries.filter { !$0.isApplied }.map { "\($0.place): \($0.what)" }
        notes = (options.loss.warning.map { [$0] } ?? []) + declined
        try Verifier.verify(graph)
    }

    /// The states that training adds to the model's, all zero.
    public var initialOptimizerStates: ParameterStore {
        var store = ParameterStore()
        for entry in graph.states where entry.state.kind == .optimizer || entry.state.kind == .counter {
            store[entry.state.path] = Tensor(zeros: entry.state.type.element, shape: entry.state.type.shape!)
        }
        return store
    }

    private static func output(_ name: String?, of graph: Graph) throws -> Value {
        guard let output = name.map({ name in graph.outputs.first { $0.name == name } }) ?? graph.outputs.first else {
            throw TesseraError(
                at: graph.name, found: name.map { "no output named \($0)" } ?? "no output",
                accepted: graph.outputs.map(\.name).joined(separator: ", "))
        }
        guard graph.type(of: output.value).element.isFloatingPoint else {
            throw TesseraError(
                at: "output \(output.name)", found: "\(graph.type(of: output.value))",
                accepted: "floating-point numbers")
        }
        return output.value
    }

    /// Parameters that the loss depends on and nothing freezes. A norm of policy `frozen` keeps scale and bias.
    private static func trainable(in model: Graph, _ graph: Graph, loss: Value, frozen: [PathPattern]) throws -> [(
        path: String, value: Value
    )] {
        var live: Set<NodeID> = [loss.node]
        for node in graph.nodes.reversed() where live.contains(node.id) { live.formUnion(node.inputs.map(\.node)) }
        var kept = Set<Value>()
        for node in model.nodes where (node.op as? BatchNormalization)?.policy == .frozen {
            kept.formUnion(node.inputs[BatchNormalization.parameters])
        }
        let parameters = graph.states.filter { entry in
            entry.state.kind == .parameter && live.contains(entry.value.node) && !kept.contains(entry.value)
                && !frozen.match(entry.state.path)
        }
        guard !parameters.isEmpty else {
            throw TesseraError(
                at: graph.name, found: "no parameter left to train",
                accepted: "at least one that the output depends on and nothing freezes")
        }
        return parameters.map { (path: $0.state.path, value: $0.value) }
    }

    private static func requireFreePaths(_ graph: Graph) throws {
        for entry in graph.states
        where entry.state.path.hasPrefix("optimizer.") || entry.state.path.hasPrefix("constant.") {
            throw TesseraError(
                at: entry.state.path,
                found: "a path of the model that begins as those of optimiser states or constants",
                accepted: "other paths")
        }
    }
}
