import Foundation
import TesseraIR
import TesseraTensors

/// The states of a program in memory: one mapping, states of one kind next to each other in the graph's order. Shared
/// by the sessions of several programs (training, evaluation, another batch size).
public final class StateMemory: @unchecked Sendable {
    private let arena: Arena
    private var entries: [String: (type: TensorType, offset: Int)] = [:]
    private let order: [String]
    /// Counts the loads, so that sessions know when what they packed is stale.
    public private(set) var version = 0

    /// Memory for the states of a graph. Every state's type must have numbers for dimensions.
    public init(for graph: Graph) throws {
        let states = StateKind.allCases.flatMap { kind in graph.states.map(\.state).filter { $0.kind == kind } }
        var offset = 0
        for state in states {
            guard let count = state.type.elementCount else {
                throw TesseraError(
                    at: state.path, found: "a state \(state.type)", accepted: "numbers for all dimensions")
            }
            entries[state.path] = (state.type, offset)
            offset += (count * state.type.element.byteCount + 63) / 64 * 64
        }
        order = states.map(\.path)
        arena = try Arena(byteCount: offset + 64)
    }

    public convenience init(for graph: Graph, loading store: ParameterStore) throws {
        try self.init(for: graph)
        try load(store)
    }

    /// Where a state lies. It may be asked for under another shape of as many elements: a view of it.
    func pointer(_ path: String, _ type: TensorType) throws -> UnsafeMutableRawPointer {
        guard let entry = entries[path] else { throw TesseraError(at: path, found: "no state of that path in memory") }
        guard entry.type.element == type.element, entry.type.elementCount == type.elementCount else {
            throw TesseraError(at: path, found: "a state \(entry.type)", accepted: "\(type)")
        }
        return arena.base + entry.offset
    }

    /// Copies tensors in. Every state must be there, of the right type; other paths of the store are not looked at.
    public func load(_ store: ParameterStore) throws {
        for path in order {
            let entry = entries[path]!
            guard let tensor = store[path] else {
                throw TesseraError(at: path, found: "no tensor", accepted: "\(entry.type)")
            }
            guard tensor.type == entry.type else {
                throw TesseraError(at: path, found: "a tensor \(tensor.type)", accepted: "\(entry.type)")
            }
            tensor.withUnsafeBytes {
                (arena.base + entry.offset).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
            }
        }
        version += 1
    }

    /// To be called after a program has written states: what other sessions packed from them is stale.
    func noteChange() { version += 1 }

    /// A copy of every state.
    public func snapshot() -> ParameterStore {
        var store = ParameterStore()
        for (path, entry) in entries {
            let shape = entry.type.shape!
            let bytes = UnsafeRawBufferPointer(
                start: arena.base + entry.offset, count: shape.reduce(1, *) * entry.type.element.byteCount)
            store[path] = Tensor(copying: bytes, element: entry.type.element, shape: shape)
        }
        return store
    }
}
