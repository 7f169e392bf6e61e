/// The tensors of a model outside the graph: parameters, statistics and optimiser slots by path. A value; paths are
/// kept sorted where they are listed.
public struct ParameterStore: Sendable, Equatable {
    private var tensors: [String: Tensor] = [:]

    public init(_ tensors: [String: Tensor] = [:]) { self.tensors = tensors }

    public subscript(path: String) -> Tensor? {
        get { tensors[path] }
        set { tensors[path] = newValue }
    }

    /// All paths, sorted.
    public var paths: [String] { tensors.keys.sorted() }
    public var count: Int { tensors.count }
    public var asDictionary: [String: Tensor] { tensors }

    /// The tensors of the other store replace those of the same path.
    public mutating func merge(_ other: ParameterStore) { tensors.merge(other.tensors) { $1 } }
}
