import TesseraIR
import TesseraPlanning
import TesseraTensors

/// Which values share bytes, and for how long these must be kept. Views and in-place results join the storage of their
/// input.
struct StorageAssignment {
    private enum Home { case arena, state(String), constant(Int) }
    private struct Storage {
        var home: Home
        var name: String
        var byteCount: Int
        var first: Int
        var last: Int
        var readers: [NodeID] = []
        /// How many values lie here, the last step that reads one of them, and whether one is a result.
        var valueCount = 0
        var lastRead = -1
        var holdsResult = false
    }

    private let graph: Graph
    private let steps: [[Node]]
    /// The last step that reads each value.
    private var lastRead: ValueMap<Int>
    private let results: Set<Value>
    private let updatePaths: [Value: String]
    private var storages: [Storage] = []
    /// Nothing for values that live within a step.
    private var storageOf: ValueMap<Int>
    private(set) var constants: [Tensor] = []
    /// Values that no run can change: constants, states that the graph does not update, and what is computed from these
    /// alone.
    private var staticValues: ValueMap<Bool>
    private var lastStep: Int { max(steps.count - 1, 0) }

    init(graph: Graph, steps: [[Node]]) {
        self.graph = graph
        self.steps = steps
        (lastRead, storageOf, staticValues) = (ValueMap(for: graph), ValueMap(for: graph), ValueMap(for: graph))
        results = Set(graph.results)
        updatePaths = Dictionary(graph.updates.map { ($0.value, $0.path) }) { first, _ in first }
        let updated = Set(graph.updates.map(\.path))
        for (step, nodes) in steps.enumerated() {
            for node in nodes { for input in node.inputs { lastRead[input] = step } }
        }
        for node in graph.nodes {
            switch node.op {
            case is Input:
                add(
                    node.output(),
                    Storage(
                        home: .arena, name: Self.name(node), byteCount: Self.bytes(node.outputTypes[0]), first: 0,
                        last: 0))
            case let state as State:
                if !updated.contains(state.path) { staticValues[node.output()] = true }
                add(node.output(), Storage(home: .state(state.path), name: state.path, byteCount: 0, first: 0, last: 0))
            case let constant as Constant:
                guard let tensor = constant.value.tensor else {
                    preconditionFailure("the constant \(node.id) has no tensor")
                }
                constants.append(tensor)
                staticValues[node.output()] = true
                add(
                    node.output(),
                    Storage(
                        home: .constant(constants.count - 1), name: Self.name(node), byteCount: 0, first: 0, last: 0))
            default:
                if node.inputs.allSatisfy(isStatic) {
                    for slot in node.outputTypes.indices { staticValues[node.output(slot)] = true }
                }
            }
        }
    }

    private static func name(_ node: Node) -> String {
        node.path.isEmpty ? "\(node.id) \(node.op.mnemonic)" : "\(node.id) \(node.op.mnemonic) \(node.path)"
    }
    private static func bytes(_ type: TensorType) -> Int { type.elementCount! * type.element.byteCount }

    private mutating func add(_ value: Value, _ storage: Storage) {
        storages.append(storage)
        place(value, in: storages.count - 1)
    }

    private mutating func place(_ value: Value, in storage: Int) {
        storageOf[value] = storage
        storages[storage].valueCount += 1
        storages[storage].lastRead = max(storages[storage].lastRead, lastRead[value] ?? -1)
        if results.contains(value) { storages[storage].holdsResult = true }
    }

    private mutating func join(_ value: Value, _ storage: Int, step: Int) {
        place(value, in: storage)
        storages[storage].last = max(storages[storage].last, step)
    }

    /// Gives storage to the outputs of the last node of a step.
    mutating func assign(step: Int, lowered: LoweredStep) {
        let node = steps[step].last!
        for member in steps[step] {
            for storage in member.inputs.compactMap({ storageOf[$0] }) {
                storages[storage].last = max(storages[storage].last, step)
                storages[storage].readers.append(member.id)
            }
        }
        for (slot, type) in node.outputTypes.enumerated() {
            let value = node.output(slot)
            if let index = lowered.viewOfInput, slot == 0 {
                join(value, storageOf[node.inputs[index]]!, step: step)
            } else if let storage = overwritable(for: value, slot: slot, node, step, lowered) {
                join(value, storage, step: step)
            } else {
                // A static result is computed once a session and must outlive every run.
                let life = isStatic(value) ? 0...lastStep : step...step
                let name = Self.name(node) + (slot == 0 ? "" : ".\(slot)")
                add(
                    value,
                    Storage(
                        home: .arena, name: name, byteCount: Self.bytes(type), first: life.lowerBound,
                        last: life.upperBound))
            }
        }
    }

    /// The storage of an input that the output may be written over: nothing in it is read later and it is nobody's
    /// result. A state may be overwritten only by its own update.
    private func overwritable(for value: Value, slot: Int, _ node: Node, _ step: Int, _ lowered: LoweredStep) -> Int? {
        for pair in lowered.inPlace where pair.output == slot {
            let input = node.inputs[pair.input], storage = storageOf[input]!
            let type = graph.type(of: input), output = node.outputTypes[slot]
            guard Self.bytes(type) == Self.bytes(output), !isStatic(input) else { continue }
            // Another operand in the same storage would be overwritten while it is read.
            guard node.inputs.enumerated().allSatisfy({ $0.offset == pair.input || storageOf[$0.element] != storage })
            else { continue }
            guard node.outputTypes.indices.allSatisfy({ $0 == slot || storageOf[node.output($0)] != storage }) else {
                continue
            }
            guard storages[storage].lastRead <= step, !storages[storage].holdsResult else { continue }
            switch storages[storage].home {
            case .arena: return storage
            case .state(let path): if updatePaths[value] == path, storages[storage].valueCount == 1 { return storage }
            case .constant: continue
            }
        }
        return nil
    }

    /// Outputs and updates are read when the last step is done.
    mutating func keepResults() {
        for value in results { storages[storageOf[value]!].last = lastStep }
    }

    /// One request a storage, in order; those outside the arena ask for nothing.
    var requests: [BufferRequest] {
        storages.map { storage in
            let isInArena = if case .arena = storage.home { true } else { false }
            let readers = storage.readers.map { "\($0)" }.joined(separator: ", ")
            return BufferRequest(
                name: storage.name, reason: readers.isEmpty ? "a result" : "read by \(readers)",
                byteCount: isInArena ? storage.byteCount : 0,
                steps: storage.first...max(storage.first, storage.last)
            )
        }
    }

    /// Two requests a step: what it packs at every run, and its shared memory.
    func workspaces(of lowered: [LoweredStep]) -> [BufferRequest] {
        lowered.enumerated().flatMap { index, step in
            let name = steps[index].last!.id
            return [
                BufferRequest(
                    name: "\(name) prepared", reason: step.kernel,
                    byteCount: isPackedOnce(index, step) ? 0 : step.packing.byteCount, steps: index...index),
                BufferRequest(
                    name: "\(name) shared", reason: step.kernel, byteCount: step.sharedBytes, steps: index...index),
            ]
        }
    }

    /// Nil for a value that lives within a step.
    func location(of value: Value, in plan: MemoryPlan) -> Location? {
        guard let index = storageOf[value] else { return nil }
        return switch storages[index].home {
        case .arena: .arena(offset: plan.placements[index].offset)
        case .state(let path): .state(path: path)
        case .constant(let constant): .constant(index: constant)
        }
    }

    /// Whether nothing that a step packs can change during a run.
    func isPackedOnce(_ step: Int, _ lowered: LoweredStep) -> Bool {
        let inputs = steps[step].flatMap(\.inputs)
        return lowered.packing.inputs.allSatisfy { isStatic(inputs[$0]) }
    }

    /// Whether a value stays the same during every run.
    func isStatic(_ value: Value) -> Bool { staticValues[value] != nil }
}
