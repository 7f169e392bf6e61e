import TesseraIR
import TesseraTensors

/// The addresses a step works on, fixed for the life of a session, which owns the tables.
public struct StepMemory: @unchecked Sendable {
    /// One per input and output of the step's nodes, in their order.
    public let inputs: UnsafePointer<UnsafeMutableRawPointer>
    public let outputs: UnsafePointer<UnsafeMutableRawPointer>
    /// What the packing wrote.
    public let prepared: UnsafeMutableRawPointer
    /// Memory of the step, common to all workers (partial sums).
    public let shared: UnsafeMutableRawPointer
    /// Nil in runs without a profile.
    var times: WorkerTimes?

    public func input<T>(_ index: Int, as type: T.Type = T.self) -> UnsafePointer<T> {
        UnsafePointer(inputs[index].assumingMemoryBound(to: type))
    }
    public func output<T>(_ index: Int, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        outputs[index].assumingMemoryBound(to: type)
    }

    /// The same, adding up times.
    func timing(in times: WorkerTimes) -> StepMemory {
        var memory = self
        memory.times = times
        return memory
    }

    /// The part of one node of a step: its inputs begin at `firstInput`, what it packed at a byte.
    func part(_ firstInput: Int, _ packedAt: Int) -> StepMemory {
        StepMemory(inputs: inputs + firstInput, outputs: outputs, prepared: prepared + packedAt, shared: shared)
    }
}

/// A piece of a step whose tiles may run in any order on any worker. Tiles must not depend on the number of workers,
/// and every tile writes elements that no other tile of the phase touches: that is what makes results the same for any
/// number of threads.
public struct Phase: Sendable {
    /// What it does to the step's memory, for the verifier.
    enum Effect: Sendable {
        /// Writes outputs from inputs; writes partial sums into the shared memory; writes outputs from these.
        case outputs, sums, join
    }

    public let tileCount: Int
    /// Whether denormals are zero while it runs: true for float32 kernels, false for definitions, whose numbers may be
    /// of types in which they are ordinary.
    public let flushesDenormals: Bool
    var effect = Effect.outputs
    /// Runs one tile; `scratch` is the worker's own memory of the step's `workerBytes`.
    public let run: @Sendable (_ tile: Int, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer) throws -> Void

    public init(
        tiles tileCount: Int, flushesDenormals: Bool = true,
        run: @escaping @Sendable (_ tile: Int, _ memory: StepMemory, _ scratch: UnsafeMutableRawPointer) throws -> Void
    ) {
        self.tileCount = tileCount
        self.flushesDenormals = flushesDenormals
        self.run = run
    }
}

/// What a step does: phases to run one after the other, and the memory they need.
public struct LoweredStep: Sendable {
    /// The kernel, for dumps and profiles: `conv 1x1 gemm`.
    public var kernel: String
    public var phases: [Phase]
    public var packing = Packing()
    public var sharedBytes = 0
    public var workerBytes = 0
    /// Pairs (output, input): the output may be written over that input if nobody reads it later. First fit wins.
    public var inPlace: [(output: Int, input: Int)] = []
    /// The output is the same bytes as this input: no work at all.
    public var viewOfInput: Int?
    /// The rows that it computes, and from which; nil for work that is not cut into rows.
    package var region: Region?

    public init(kernel: String, phases: [Phase]) {
        self.kernel = kernel
        self.phases = phases
    }

    /// Partial sums in the shared memory, and their join.
    init(kernel: String, sums: Phase, join: Phase) {
        self.init(kernel: kernel, phases: [sums, join])
        phases[0].effect = .sums
        phases[1].effect = .join
    }

    /// The output is input `index` under another type.
    public static func view(of index: Int) -> LoweredStep {
        var step = LoweredStep(kernel: "view", phases: [])
        step.viewOfInput = index
        return step
    }
}
