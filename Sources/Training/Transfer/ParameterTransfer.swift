import TesseraTensors

/// What a model takes from another one's weights: every tensor whose path and shape agree.
public struct ParameterTransfer: Sendable {
    public struct Misfit: Sendable, Equatable {
        public let path: String
        public let source: TensorType
        /// Nil where the model has nothing of that path.
        public let target: TensorType?
    }

    /// The model's tensors after the transfer.
    public let parameters: ParameterStore
    /// Paths that were taken, sorted.
    public let taken: [String]
    /// Tensors of the source that were left, sorted by path.
    public let left: [Misfit]
    /// Paths of the model that keep their initial value, sorted.
    public let new: [String]

    /// Takes from `source` what fits into `initial`; element types are converted. Throws where nothing fits, since
    /// training would silently begin from nothing, or where a number that is taken is not finite.
    public init(from source: ParameterStore, named name: String, into initial: ParameterStore) throws {
        var parameters = initial, taken: [String] = [], left: [Misfit] = []
        for path in source.paths {
            guard let tensor = source[path] else { continue }
            guard let old = initial[path], old.shape == tensor.shape, tensor.element.isFloatingPoint else {
                left.append(Misfit(path: path, source: tensor.type, target: initial[path]?.type))
                continue
            }
            try tensor.requireFinite(at: "\(name), tensor \(path)")
            parameters[path] = tensor.converted(to: old.element)
            taken.append(path)
        }
        guard !taken.isEmpty else {
            let example = source.paths.first ?? "no tensors", own = initial.paths.first ?? "none"
            throw TesseraError(
                at: name, found: "no tensor whose path and shape the model has (such as \(example))",
                accepted: "tensors under the model's paths (such as \(own))")
        }
        let set = Set(taken)
        self.parameters = parameters
        self.taken = taken
        self.left = left
        new = initial.paths.filter { !set.contains($0) }
    }
}
