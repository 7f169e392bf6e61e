import Foundation
import TesseraIR
import TesseraPlanning
import TesseraTensors

/// One run's memory and workers for a program. Runs allocate nothing but the result tensors. Not to be used from two
/// threads at once.
public final class Session: @unchecked Sendable {
    public let program: Program
    public let states: StateMemory
    let pool: WorkerPool
    private let arena: Arena
    private let packed: Arena
    private let scratch: Arena
    private let scratchStride: Int
    private let memories: [StepMemory]
    /// The addresses that the steps' memories point into.
    private let addresses: UnsafeMutableBufferPointer<UnsafeMutableRawPointer>
    private var preparedVersion = -1

    /// Throws where a state is missing in `states` or the system has no memory.
    public init(_ program: Program, states: StateMemory, pool: WorkerPool) throws {
        self.program = program
        self.states = states
        self.pool = pool
        arena = try Arena(byteCount: program.plan.byteCount)
        packed = try Arena(byteCount: program.packedByteCount + MemoryPlan.slack)
        scratchStride = (program.workerBytes + 127) / 64 * 64
        scratch = try Arena(byteCount: scratchStride * pool.threadCount)
        let (base, packedBase) = (arena.base, packed.base)
        func resolve(_ location: Location, _ type: TensorType?) throws -> UnsafeMutableRawPointer {
            switch location {
            case .arena(let offset): base + offset
            case .packed(let offset): packedBase + offset
            case .state(let path): try states.pointer(path, type!)
            case .constant(let index):
                program.constants[index].withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress!) }
            }
        }
        let addresses = UnsafeMutableBufferPointer<UnsafeMutableRawPointer>.allocate(
            capacity: program.steps.reduce(1) { $0 + $1.inputs.count + $1.outputs.count })
        self.addresses = addresses
        var filled = 0
        func table(_ pointers: [UnsafeMutableRawPointer]) -> UnsafePointer<UnsafeMutableRawPointer> {
            let first = addresses.baseAddress! + filled
            first.initialize(from: pointers, count: pointers.count)
            filled += pointers.count
            return UnsafePointer(first)
        }
        memories = try program.steps.map { step in
            let types = step.nodes.flatMap { $0.inputs.map { program.graph.type(of: $0) } }
            return StepMemory(
                // What lives within the step has no address: its place is never read.
                inputs: table(
                    try zip(step.inputs, types).map { location, type in
                        try location.map { try resolve($0, type) } ?? base
                    }),
                outputs: table(try zip(step.outputs, step.node.outputTypes).map { try resolve($0, $1) }),
                prepared: try resolve(step.prepared, nil), shared: try resolve(step.shared, nil)
            )
        }
    }

    deinit { addresses.deallocate() }

    public convenience init(_ program: Program, parameters: ParameterStore, threads: Int) throws {
        try self.init(
            program, states: StateMemory(for: program.graph, loading: parameters),
            pool: WorkerPool(threadCount: threads))
    }

    /// Bytes of the arena and the workers' scratch memory; what is packed once is apart.
    public var byteCount: Int { program.plan.byteCount + scratchStride * pool.threadCount }

    /// Computes what no run changes: packs weights and runs steps on them alone. The first run does it where nobody
    /// did, and the first after states are loaded.
    public func prepare() throws {
        guard preparedVersion != states.version else { return }
        for (step, memory) in zip(program.steps, memories) {
            if step.isPreparedOnce { try run(step.lowered.packing.phases, memory) }
            if step.isStatic { try run(step.lowered.phases, memory) }
        }
        preparedVersion = states.version
    }

    /// Runs all steps: inputs in, updates applied to the states, outputs out. Throws where an input is missing or has
    /// another type, or a state would become a number that is not finite; states may then be half updated. `observe` is
    /// called after every step, for profiles.
    public func run(_ inputs: [String: Tensor], observe: ((StepTime) -> Void)? = nil) throws -> [String: Tensor] {
        // First: what it works on for a moment may lie where the inputs will.
        try prepare()
        try load(inputs)
        for (index, step) in program.steps.enumerated() where !step.isStatic {
            guard let observe else {
                try run(step, memories[index])
                continue
            }
            observe(try time(index))
        }
        // Outputs first: one may be a state, and means its old value.
        let results = try Dictionary(
            uniqueKeysWithValues: program.outputLocations.map { ($0.name, try tensor($0.type, at: $0.location)) })
        try updateStates()
        if !program.graph.updates.isEmpty { states.noteChange() }
        preparedVersion = states.version
        return results
    }

    /// The first node of a run on these inputs that makes numbers which are not finite from finite ones; nil where
    /// there is none. States may be half updated afterwards.
    public func firstOverflow(_ inputs: [String: Tensor]) throws -> Node? {
        try load(inputs)
        func isFinite(_ pointers: UnsafePointer<UnsafeMutableRawPointer>, _ types: [(TensorType, Location?)]) -> Bool {
            types.enumerated().allSatisfy { index, entry in
                guard entry.1 != nil else { return true }
                let bytes = UnsafeRawBufferPointer(
                    start: pointers[index], count: entry.0.elementCount! * entry.0.element.byteCount)
                return Tensor.nonFiniteCount(of: bytes, entry.0.element) == 0
            }
        }
        for (step, memory) in zip(program.steps, memories) {
            let types = step.nodes.flatMap { $0.inputs.map { program.graph.type(of: $0) } }
            let isSound = isFinite(memory.inputs, Array(zip(types, step.inputs)))
            do {
                try run(step.lowered.packing.phases, memory)
                try run(step.lowered.phases, memory)
            } catch { return isSound ? step.node : nil }
            if isSound, !isFinite(memory.outputs, Array(zip(step.node.outputTypes, step.outputs))) { return step.node }
        }
        return nil
    }

    public var threadCount: Int { pool.threadCount }

    private func run(_ step: Step, _ memory: StepMemory) throws {
        if !step.isPreparedOnce { try run(step.lowered.packing.phases, memory) }
        try run(step.lowered.phases, memory)
    }

    private func time(_ index: Int) throws -> StepTime {
        let step = program.steps[index]
        return try WorkerTimes.of(nodes: step.nodes.count) { times in
            let start = ContinuousClock.now
            try run(step, memories[index].timing(in: times))
            return StepTime(step: index, elapsed: ContinuousClock.now - start, times: times)
        }
    }

    private func load(_ inputs: [String: Tensor]) throws {
        for (name, entry) in program.inputLocations {
            guard let tensor = inputs[name] else {
                throw TesseraError(at: "input \(name)", found: "nothing", accepted: "\(entry.type)")
            }
            guard tensor.type == entry.type else {
                throw TesseraError(at: "input \(name)", found: "a tensor \(tensor.type)", accepted: "\(entry.type)")
            }
            tensor.withUnsafeBytes { pointer(entry.location).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        }
    }

    /// Copies the new values that are not in their places yet. Those that are other states' old values are taken before
    /// anything is overwritten.
    private func updateStates() throws {
        let taken = try program.stateCopies.map { try $0.location.isState ? tensor($0.type, at: $0.location) : nil }
        for (copy, old) in zip(program.stateCopies, taken) {
            let target = try states.pointer(copy.path, copy.type),
                count = copy.type.elementCount! * copy.type.element.byteCount
            if let old {
                old.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: count) }
            } else {
                target.copyMemory(from: pointer(copy.location), byteCount: count)
            }
        }
    }

    /// A copy of what lies at a location now.
    private func tensor(_ type: TensorType, at location: Location) throws -> Tensor {
        let shape = type.shape!,
            source = try location.statePath.map { try states.pointer($0, type) } ?? pointer(location)
        return Tensor(
            copying: UnsafeRawBufferPointer(start: source, count: shape.reduce(1, *) * type.element.byteCount),
            element: type.element, shape: shape)
    }

    private func run(_ phases: [Phase], _ memory: StepMemory) throws {
        for phase in phases { try pool.run(phase, memory, scratch: scratch.base, stride: scratchStride) }
    }

    private func pointer(_ location: Location) -> UnsafeMutableRawPointer {
        switch location {
        case .arena(let offset): arena.base + offset
        case .packed(let offset): packed.base + offset
        case .constant(let index):
            program.constants[index].withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress!) }
        case .state(let path): preconditionFailure("the state \(path) is resolved through the state memory")
        }
    }
}

extension Location {
    var isState: Bool { statePath != nil }
    var statePath: String? { if case .state(let path) = self { path } else { nil } }
}
