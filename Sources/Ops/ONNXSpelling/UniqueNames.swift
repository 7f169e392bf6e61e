/// The names given so far in an ONNX graph, of which each may stand for one thing only.
public final class UniqueNames {
    private var taken: Set<String>

    public init(_ taken: Set<String> = []) { self.taken = taken }

    /// The first of `name`, `name_2`, … that is free; it is taken from now on.
    public func claim(_ name: String) -> String {
        var candidate = name, number = 1
        while candidate.isEmpty || !taken.insert(candidate).inserted {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }
}
