import TesseraIR
import TesseraTensors

/// What the rows of a node are computed from.
struct RowMemory {
    /// One per input of the node, in its order; those that are needed whole have none.
    let inputs: UnsafePointer<Rows>
    /// The addresses of the node: inputs that are needed whole, and what the packing wrote.
    let whole: StepMemory
    /// The worker's own memory of `scratchBytes`.
    let scratch: UnsafeMutableRawPointer

    /// What the packing wrote, from a float on.
    func packed(_ offset: Int = 0) -> UnsafePointer<Float> {
        UnsafePointer(whole.prepared.assumingMemoryBound(to: Float.self)) + offset
    }
}

/// A node that computes any window of its output, each element with the same bits whatever the window.
struct Stage: Sendable {
    /// The kernel, for dumps and profiles: `conv 1x1 gemm`.
    var kernel: String
    /// How the inputs lie as images; nil for those that are needed whole.
    var inputs: [ImageLayout?]
    var output: ImageLayout
    var packing = Packing()
    /// Scratch bytes for a window of so many rows.
    var scratchBytes: @Sendable (_ rows: Int) -> Int = { _ in 0 }
    /// Inputs that the output may be written over, window by window.
    var inPlace: [Int] = []
    /// So many rows at once, as a step of its own; nil where it may be a member of a region.
    var rowsAlone: Int?
    /// What its output's channels can be cut into: panels of a matrix product.
    var parts = 1
    /// The multiply-adds, or what takes as long, of the whole output, for the cost model.
    var work = Work.sweep
    /// Writes a window of the output's rows.
    let run: @Sendable (_ window: RowWindow, _ memory: RowMemory, _ output: Rows) -> Void

    init(
        _ kernel: String, inputs: [ImageLayout?], output: ImageLayout,
        run: @escaping @Sendable (_ window: RowWindow, _ memory: RowMemory, _ output: Rows) -> Void
    ) {
        self.kernel = kernel
        self.inputs = inputs
        self.output = output
        self.run = run
    }
}

extension Stage {
    enum Work: Sendable {
        /// Reads and writes every element once.
        case sweep
        /// Products of matrices.
        case product(Double)
        /// Windows of a channel.
        case taps(Double)
    }

    /// As many rows as its scratch memory should hold.
    func rowsAtOnce(upTo most: Int) -> Int {
        (1...max(most, 1)).last { $0 == 1 || scratchBytes($0) <= WorkSize.scratchBytes }!
    }
}

/// Work on parameters and constants alone. Done once where these cannot change, else at the start of every step.
public struct Packing: Sendable {
    public var phases: [Phase] = []
    /// The inputs that it reads.
    public var inputs: [Int] = []
    public var byteCount = 0
}

/// A sum over pixels: blocks of rows are added up by themselves, and joined in their order.
struct Sink: Sendable {
    var kernel: String
    var inputs: [ImageLayout?]
    /// The input whose rows the blocks are of.
    let summed: Int
    let blocks: RowBlocks
    /// Parts of a block's sums that do not depend on one another: filters of a weight gradient.
    var parts = 1
    /// Bytes of one part of one block's sums; they begin as zeros.
    let partBytes: Int
    var packing = Packing()
    var scratchBytes = 0
    /// Adds rows of a block, which come in their order, to one part of its sums.
    let add: @Sendable (_ rows: RowWindow, _ part: Int, _ memory: RowMemory, _ sums: UnsafeMutableRawPointer) -> Void
    /// Makes the outputs of the sums in the shared memory: block after block, part after part.
    let join: Phase
}

/// What an op's lowering makes of a node.
enum Lowering: Sendable {
    case stage(Stage)
    case sink(Sink)
    /// What is not row-local keeps a form of its own.
    case step(LoweredStep)

    func lowered(cut: WindowCut? = nil) -> LoweredStep {
        switch self {
        case .stage(let stage): Region(stage, cut: cut).lowered
        case .sink(let sink): sink.lowered
        case .step(let step): step
        }
    }
}
