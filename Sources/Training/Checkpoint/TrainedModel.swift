import TesseraImaging
import TesseraIR
import TesseraTensors

/// A model with its weights and what is needed to use it on images: what training makes, prediction uses and export
/// writes.
public struct TrainedModel: Sendable {
    /// The model graph, its batch dimension as the author left it; batch norms carry their policy.
    public var graph: Graph
    /// Parameters and statistics, one for every state of the graph.
    public var parameters: ParameterStore
    /// The name of the architecture, or of the file it came from.
    public var architecture: String
    /// How outputs become scores.
    public var scoreScale: ScoreScale
    /// Outputs are logits: the sigmoid is taken before the scale.
    public var predictsLogits: Bool
    /// What images go through before the network; nil where it is not known.
    public var preprocessing: Preprocessing?
    /// What it was trained on; nil where it is not known.
    public var trainingData: TrainingData?

    public init(
        graph: Graph, parameters: ParameterStore, architecture: String, scoreScale: ScoreScale = .identity,
        predictsLogits: Bool = false, preprocessing: Preprocessing? = nil, trainingData: TrainingData? = nil
    ) {
        self.graph = graph
        self.parameters = parameters
        self.architecture = architecture
        self.scoreScale = scoreScale
        self.predictsLogits = predictsLogits
        self.preprocessing = preprocessing
        self.trainingData = trainingData
    }

    /// Throws where a state of the graph has no tensor of its type, a tensor no state, a name that checkpoints keep for
    /// themselves, or a number that is not finite.
    public func validate(at location: String) throws {
        if parameters[Safetensors.metadataKey] != nil {
            throw TesseraError(
                .unsupported, at: "\(location), \(Safetensors.metadataKey)", found: "a tensor of that name",
                accepted: "other names: safetensors files keep their own text under it")
        }
        var paths = Set(parameters.paths)
        for entry in graph.states {
            let state = entry.state
            guard let tensor = parameters[state.path], tensor.type == state.type else {
                throw TesseraError(
                    at: "\(location), \(state.path)",
                    found: parameters[state.path].map { "a tensor \($0.type)" } ?? "no tensor",
                    accepted: "\(state.type), as the graph says")
            }
            paths.remove(state.path)
        }
        if let extra = paths.sorted().first {
            throw TesseraError(
                at: "\(location), \(extra)", found: "a tensor that no state of the graph has",
                accepted: "the states of the graph")
        }
        try parameters.requireFinite(at: location)
    }
}

extension ParameterStore {
    /// Throws where a number of a tensor is infinite or none at all: no result of it would mean anything.
    func requireFinite(at location: String) throws {
        for path in paths { try self[path]?.requireFinite(at: "\(location), tensor \(path)") }
    }
}

extension Tensor {
    func requireFinite(at location: String) throws {
        let count = nonFiniteCount
        guard count == 0 else {
            throw TesseraError(
                at: location, found: "\(count) of \(elementCount) numbers that are infinite or NaN",
                accepted: "finite numbers: take the file from before training overflowed")
        }
    }
}
