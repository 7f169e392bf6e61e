import TesseraIR
import TesseraPlanning
import TesseraTensors

/// Where a buffer of a step lies.
public enum Location: Sendable, Equatable {
    case arena(offset: Int)
    /// Among what is packed once a session, which lives as long as that.
    case packed(offset: Int)
    case state(path: String)
    case constant(index: Int)
}

/// One step of a program: a lowered node, or several that run as one region, with the places of everything it touches.
public struct Step: Sendable {
    /// In the order in which they are computed.
    public let nodes: [Node]
    public package(set) var lowered: LoweredStep
    /// Of all nodes, one after the other; nil for a value that lives within the step.
    public let inputs: [Location?]
    /// Of the last node.
    public package(set) var outputs: [Location]
    public let prepared: Location
    public let shared: Location
    /// Prepared once a session, because nothing the preparation reads can change during a run.
    public let isPreparedOnce: Bool
    /// Seconds that the planner reckoned for the region, and for its nodes as steps of their own; nil where it chose
    /// nothing.
    public let plannedSeconds: (together: Double, apart: Double)?
    /// The whole step depends on nothing that a run can change: it runs once a session, and again when states are
    /// loaded.
    public let isStatic: Bool

    /// The node whose outputs the step makes.
    public var node: Node { nodes.last! }

    /// Runs the op's definition for lack of a kernel.
    public var runsDefinition: Bool { lowered.kernel == "definition" }
}

/// A graph made ready to run: steps in order, the memory plan, and the constants. Immutable; a `Session` runs it.
public struct Program: Sendable {
    /// The graph after all passes, with its layout conversions.
    public let graph: Graph
    public let layouts: ValueMap<Layout>
    public package(set) var steps: [Step]
    public let plan: MemoryPlan
    public let kernels: KernelTable
    /// The chains of two row-local nodes that can run as one region.
    package let links: [[NodeID]]
    let constants: [Tensor]
    let inputLocations: [String: (type: TensorType, location: Location)]
    let outputLocations: [(name: String, type: TensorType, location: Location)]
    /// New state values that could not be written in place: copied over the old ones when all steps are done.
    let stateCopies: [(path: String, type: TensorType, location: Location)]
    /// Bytes of the scratch memory that every worker has for itself.
    public let workerBytes: Int
    /// Bytes of what is packed once a session: weights as the kernels read them.
    public let packedByteCount: Int
    /// What its regions were planned with; nil where they were not planned.
    public let costs: CostModel?
    /// The pairs of nodes that the planner left apart.
    public let partings: [RegionParting]

    /// The nodes that run their definition for lack of a kernel.
    public var stepsWithoutKernel: [Node] { steps.filter(\.runsDefinition).map(\.node) }
}
