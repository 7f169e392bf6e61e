import TesseraIR
import TesseraTensors

/// The addresses a step works on, fixed for the life of a session.
public struct StepMemory: @unchecked Sendable {
    /// One per input and output of the node, in its order.
    public let inputs: [UnsafeMutableRawPointer]
    public let outputs: [UnsafeMutableRawPointer]
    /// What the preparation wrote (packed weights).
    public let prepared: UnsafeMutableRawPointer
    /// Memory of the step, common to all workers (partial sums).
    public let shared: UnsafeMutableRawPointer

    public func input<T>(_ index: Int, as type: T.Type = T.self) -> UnsafePointer<T> {
        UnsafePointer(inputs[index].assumingMemoryBound(to: type))
    }
    public func output<T>(_ index: Int, as type: T.Type = T.self) -> UnsafeMutablePointer<T> {
        outputs[index].assumingMemoryBound(to: type)
    }
}

/// A piece of a step whose tiles may run in any order on any worker. Tiles must not depend on the number of workers,
/// and every tile writes elements that no other tile of the phase touches: that is what makes results the same for any
/// number of threads.
public struct Phase: Sendable {
    public let tileCount: Int
    /// Whether denormals are zero while it runs: true for float32 kernels, false for definitions, whose numbers may be
    /// of types in which they are ordinary.
    public let flushesDenormals: Bool
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

/// What a lowering makes of a node: phases to run one after the other, and the memory they need.
public struct LoweredStep: Sendable {
    /// The kernel, for dumps and profiles: `conv 1x1 gemm`.
    public var kernel: String
    public var phases: [Phase]
    /// Work on parameters and constants only (packing). Done once where these cannot change, else at the start of every
    /// step.
    public var preparation: [Phase] = []
    /// The inputs that the preparation reads.
    public var preparedInputs: [Int] = []
    public var preparedBytes = 0
    public var sharedBytes = 0
    public var workerBytes = 0
    /// Pairs (output, input): the output may be written over that input if nobody reads it later. First fit wins.
    public var inPlace: [(output: Int, input: Int)] = []
    /// The output is the same bytes as this input: no work at all.
    public var viewOfInput: Int?

    public init(kernel: String, phases: [Phase]) {
        self.kernel = kernel
        self.phases = phases
    }

    /// The output is input `index` under another type.
    public static func view(of index: Int) -> LoweredStep {
        var step = LoweredStep(kernel: "view", phases: [])
        step.viewOfInput = index
        return step
    }
}
