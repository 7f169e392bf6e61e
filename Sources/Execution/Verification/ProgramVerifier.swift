import TesseraIR
import TesseraOps
import TesseraPlanning
import TesseraTensors

/// Interprets the steps of a program on a shadow of its memory, written without looking at how storage is assigned:
/// each read must find the bytes that the maker of the value wrote, twice in a row, so that what is kept between runs
/// is looked at too.
public struct ProgramVerifier {
    private let program: Program
    private var memory = ShadowMemory()
    /// The value whose bytes a view shows.
    private var shown: [Value: Value] = [:]

    /// Throws the first step that reads other bytes than it should.
    public static func verify(_ program: Program) throws {
        var verifier = ProgramVerifier(program)
        try verifier.prepare()
        for _ in 0..<2 { try verifier.interpret() }
    }

    private init(_ program: Program) {
        self.program = program
        for step in program.steps {
            guard let input = step.lowered.viewOfInput else { continue }
            shown[step.node.output()] = root(step.node.inputs[input])
        }
        for entry in program.graph.states { write(entry.value, .state(path: entry.state.path), by: "loading") }
    }

    private func root(_ value: Value) -> Value { shown[value] ?? value }

    private mutating func interpret() throws {
        for input in program.graph.inputs {
            write(input.value, program.inputLocations[input.name]!.location, by: "input \(input.name)")
        }
        for (index, step) in program.steps.enumerated() where !step.isStatic {
            if !step.isPreparedOnce { try pack(step, index) }
            try interpret(step, index)
        }
        for (output, place) in zip(program.graph.outputs, program.outputLocations) {
            try read(output.value, place.location, by: "output \(output.name)")
        }
        let copies = Dictionary(
            uniqueKeysWithValues: program.stateCopies.map { ($0.path, $0.location) })
        for update in program.graph.updates {
            try read(update.value, copies[update.path] ?? .state(path: update.path), by: "update of \(update.path)")
        }
        for entry in program.graph.states { write(entry.value, .state(path: entry.state.path), by: "an update") }
    }

    /// What is computed once, before any run.
    private mutating func prepare() throws {
        for (index, step) in program.steps.enumerated() {
            if step.isPreparedOnce { try pack(step, index) }
            if step.isStatic { try interpret(step, index) }
        }
    }

    private func name(_ step: Step, _ index: Int) -> String {
        "step \(index), \(step.node.id) \(step.node.op.mnemonic)"
    }

    private func packed(_ step: Step, _ index: Int) -> MemoryAccess {
        workspace(.packed(step: index), step.prepared, step.lowered.packing.byteCount)
    }

    private mutating func pack(_ step: Step, _ index: Int) throws {
        let values = step.nodes.flatMap(\.inputs)
        for input in step.lowered.packing.inputs {
            if let location = step.inputs[input] { try read(values[input], location, by: name(step, index)) }
        }
        memory.write(packed(step, index), by: name(step, index))
    }

    private mutating func interpret(_ step: Step, _ index: Int) throws {
        let name = name(step, index)
        guard step.lowered.viewOfInput == nil else { return }
        let values = step.nodes.flatMap(\.inputs)
        for (value, location) in zip(values, step.inputs) {
            if let location { try read(value, location, by: name) }
        }
        try checkOverlaps(step, values, name)
        try memory.read(packed(step, index), by: name)
        if let region = step.lowered.region {
            try RegionVerifier.verify(RegionVerifier.visits(of: region), of: region, at: name)
        }
        let sums = workspace(.sums(step: index), step.shared, step.lowered.sharedBytes)
        for phase in step.lowered.phases {
            switch phase.effect {
            case .sums: memory.write(sums, by: name)
            case .join: try memory.read(sums, by: name)
            case .outputs: break
            }
            guard phase.effect != .sums else { continue }
            for (slot, location) in step.outputs.enumerated() { write(step.node.output(slot), location, by: name) }
        }
    }

    /// Where an output shares bytes with an input, the lowering must have said that it may.
    private func checkOverlaps(_ step: Step, _ values: [Value], _ name: String) throws {
        for (slot, output) in step.outputs.enumerated() {
            for (input, location) in step.inputs.enumerated() {
                guard let location, overlap(output, step.node.output(slot), location, values[input]),
                    !step.lowered.inPlace.contains(where: { $0 == (slot, input) })
                else { continue }
                throw TesseraError(
                    at: name, found: "its output \(slot) over its input \(input), \(values[input])",
                    accepted: "bytes of its own")
            }
        }
    }

    private func overlap(_ a: Location, _ first: Value, _ b: Location, _ second: Value) -> Bool {
        switch (a, b) {
        case (.arena(let x), .arena(let y)): x < y + byteCount(second) && y < x + byteCount(first)
        case (.state(let x), .state(let y)): x == y
        default: false
        }
    }

    private func byteCount(_ value: Value) -> Int {
        let type = program.graph.type(of: value)
        return type.elementCount! * type.element.byteCount
    }

    private func access(_ value: Value, _ location: Location) -> MemoryAccess? {
        switch location {
        case .arena(let offset): MemoryAccess(.value(root(value)), at: offset, bytes: byteCount(value))
        case .packed: preconditionFailure("the value \(value) among what is packed")
        case .state(let path): MemoryAccess(.value(root(value)), in: .state(path), at: 0, bytes: byteCount(value))
        case .constant: nil
        }
    }

    private func workspace(_ content: Content, _ location: Location, _ bytes: Int) -> MemoryAccess {
        switch location {
        case .arena(let offset): MemoryAccess(content, at: offset, bytes: bytes)
        case .packed(let offset): MemoryAccess(content, in: .packed, at: offset, bytes: bytes)
        case .state, .constant: preconditionFailure("a workspace that is not the step's own")
        }
    }

    private func read(_ value: Value, _ location: Location, by reader: String) throws {
        if let access = access(value, location) { try memory.read(access, by: reader) }
    }

    private mutating func write(_ value: Value, _ location: Location, by writer: String) {
        if let access = access(value, location) { memory.write(access, by: writer) }
    }
}
