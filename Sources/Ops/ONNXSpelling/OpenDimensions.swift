import TesseraIR
import TesseraTensors

/// Stands in for dimensions that have a name and no number yet where a model computes with shapes: every name gets an
/// integer that no shape has. Ops that only move integers carry it along; whatever would compute with it is refused.
public final class OpenDimensions {
    private var names: [String] = []
    /// Below every index, extent and step that models use; `Int64.min` itself is the start of a Slice from the very
    /// end.
    private static let first = Int64.min + (1 << 20), limit = 1 << 20

    public init() {}

    func number(for name: String) -> Int64 {
        let index = names.firstIndex(of: name) ?? names.count
        precondition(index < Self.limit, "a model of a million open dimensions")
        if index == names.count { names.append(name) }
        return Self.first + Int64(index)
    }

    /// The name that a number stands for; nil for a plain number.
    func name(of number: Int64) -> String? {
        let index = number.subtractingReportingOverflow(Self.first)
        return index.overflow || index.partialValue < 0 || index.partialValue >= names.count
            ? nil : names[Int(index.partialValue)]
    }

    /// The first name among the elements of a tensor.
    func name(in tensor: Tensor) -> String? {
        guard tensor.element == .int64, !names.isEmpty else { return nil }
        return tensor.withElements(Int64.self) { $0.lazy.compactMap(self.name(of:)).first }
    }

    /// Throws where a value is a constant that holds a stand-in: it must not leave the model.
    public func requireNone(in value: Value, of graph: Graph, at place: String) throws {
        guard let tensor = (graph[value.node].op as? Constant)?.value.tensor, let name = name(in: tensor) else {
            return
        }
        throw TesseraError(
            .unsupported, at: place, found: "the open dimension \(name)", accepted: "a number: bind \(name) first")
    }

    /// Whether an op gives back elements of its inputs as they are.
    static func onlyMoves(_ op: any Op) -> Bool {
        op is Concat || op is Reshape || op is Slice || op is Transpose || op is BroadcastTo
    }
}

extension ONNXNodeReader {
    /// The target of a Reshape of `input`: a name becomes 0 where the input has it at that place, else −1, of which
    /// there can be one.
    func reshapeTarget(input index: Int, of type: TensorType) throws -> [Int] {
        var hasWildcard = false
        return try constant(index).converted(to: .int64).array(of: Int64.self).enumerated().map { place, number in
            hasWildcard = hasWildcard || number == -1
            guard let name = openDimensions.name(of: number) else { return Int(number) }
            if place < type.rank, type.dimensions[place] == .named(name) { return 0 }
            guard !hasWildcard else {
                throw failure(
                    "a shape with \(name) at place \(place) for \(type)", accepted: "a number: bind \(name) first")
            }
            hasWildcard = true
            return -1
        }
    }
}
