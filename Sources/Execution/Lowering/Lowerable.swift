import CKernels
import TesseraIR
import TesseraOps
import TesseraTensors

/// An input or output of a node being lowered.
public struct Operand: Sendable {
    public let element: ElementType
    /// Logical extents.
    public let shape: [Int]
    public let layout: Layout

    public var elementCount: Int { shape.reduce(1, *) }
    public var byteCount: Int { elementCount * element.byteCount }
}

/// A node whose layouts are settled, to be turned into a step.
struct LoweringRequest: Sendable {
    let node: Node
    let inputs: [Operand]
    let outputs: [Operand]
    /// The kernels of the instruction set chosen for the program.
    let kernels: KernelTable
    /// Whether convolutions may be computed by Winograd's method, with its larger errors.
    var usesWinograd = false

    /// The inputs as images, but for those that are needed whole.
    func images(whole: Set<Int> = []) -> [ImageLayout?] {
        inputs.enumerated().map { whole.contains($0) ? nil : ImageLayout($1) }
    }
}

/// The layouts a lowering wants its inputs in and gives its outputs in.
struct LayoutChoice: Sendable {
    let inputs: [Layout]
    let outputs: [Layout]

    /// Everything dense.
    static func dense(_ inputs: [TensorType], _ outputs: [TensorType]) -> LayoutChoice {
        LayoutChoice(inputs: inputs.map { _ in .dense }, outputs: outputs.map { _ in .dense })
    }

    /// Images channels-last, everything else dense; `whole` inputs and outputs are weights.
    static func images(
        _ inputs: [TensorType], _ outputs: [TensorType], whole: Set<Int> = [], wholeOutputs: Set<Int> = []
    ) -> LayoutChoice {
        func layouts(_ types: [TensorType], _ whole: Set<Int>) -> [Layout] {
            types.enumerated().map { $1.rank == 4 && !whole.contains($0) ? .channelsLast : .dense }
        }
        return LayoutChoice(inputs: layouts(inputs, whole), outputs: layouts(outputs, wholeOutputs))
    }
}

/// What has kernels: the ops that say so in a file of this folder, and element-wise ones that a kernel is named after.
protocol Lowerable: Sendable {
    /// Nil where no kernel takes these types: then the op's definition runs.
    func layouts(_ inputs: [TensorType], _ outputs: [TensorType], given: [Layout]) -> LayoutChoice?
    func lower(_ request: LoweringRequest) throws -> Lowering
}

/// The lowering of an op, if it has one.
func lowering(of op: any Op) -> (any Lowerable)? { op as? any Lowerable ?? NamedElementwise(op) }

/// Whether everything is float32 with bound dimensions, as most kernels ask.
func areFloat32(_ types: [TensorType]) -> Bool {
    types.allSatisfy { $0.element == .float32 && $0.shape != nil }
}
