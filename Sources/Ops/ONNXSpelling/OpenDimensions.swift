import TesseraIR
import TesseraTensors

/// Stands in for dimensions that have a name and no number yet where a model computes with shapes: every name gets an
/// integer that no shape has. Ops that only move integers carry it along; whatever would compute with it is refused.
public final class OpenDimensions {
    private var names: [String] = [], indices: [String: Int] = [:]
    /// Below every index, extent and step that models use; `Int64.min` itself is the start of a Slice from the very
    /// end.
    private static let first = Int64.min + (1 << 20)

    /// The batch that the file fixes where it is open in the graph; nil where the file leaves it open, or it stays
    /// fixed.
    public let openedBatch: Int?
    /// Nodes whose shape named the fixed batch and keeps the open one now.
    public private(set) var openedNodes: [String] = []

    public init(openedBatch: Int? = nil) { self.openedBatch = openedBatch }

    func number(for name: String) -> Int64 {
        let index = indices[name] ?? names.count
        if index == names.count {
            names.append(name)
            indices[name] = index
        }
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
}

extension OpenDimensions {
    /// The target of a Reshape that a file with a fixed batch states, for images [N, …]: where every image keeps its
    /// own elements, the fixed batch at its first place becomes 0, which keeps N; nil where images would mix.
    func opened(_ target: [Int], of type: TensorType, at node: ONNXNode) -> [Int]? {
        guard let batch = openedBatch, let first = type.dimensions.first, first.value == nil else { return target }
        let extents = type.dimensions.dropFirst().compactMap(\.value)
        guard extents.count == type.rank - 1 else { return nil }
        guard target.first == batch else {
            // 0 keeps N, and −1 takes it where all else is named.
            let outputs = try? Reshape(to: target).outputTypes(for: [type])
            return outputs?[0].dimensions.first == first ? target : nil
        }
        let result = [0] + target.dropFirst()
        guard (try? Reshape(to: result).outputTypes(for: [type])) != nil else { return nil }
        openedNodes.append(node.name.isEmpty ? node.place : node.name)
        return result
    }
}

extension ONNXNodeReader {
    /// The target of a Reshape of `input`: a name becomes 0 where the input has it at that place, else −1, of which
    /// there can be one.
    func reshapeTarget(input index: Int, of type: TensorType) throws -> [Int] {
        var hasWildcard = false
        let target = try vectorTensor(index).converted(to: .int64).array(of: Int64.self).enumerated().map {
            place, number in
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
        return try openedTarget(target, of: type)
    }

    /// The target of a Reshape where the batch that the file fixes is open; throws where images would mix.
    func openedTarget(_ target: [Int], of type: TensorType) throws -> [Int] {
        guard let opened = openDimensions.opened(target, of: type, at: node) else {
            throw failure(
                "the shape \(target) for \(type), made for a batch of \(openDimensions.openedBatch ?? 1)",
                accepted:
                    "a shape that keeps the images apart: export with an open batch (dynamic_shapes, dynamic_axes), or cut before this node"
            )
        }
        return opened
    }
}
