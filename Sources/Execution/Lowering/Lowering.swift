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
public struct LoweringRequest: Sendable {
    public let node: Node
    public let inputs: [Operand]
    public let outputs: [Operand]
    /// The kernels of the instruction set chosen for the program.
    public let kernels: KernelTable
}

/// The layouts a lowering wants its inputs in and gives its outputs in.
public struct LayoutChoice: Sendable {
    public let inputs: [Layout]
    public let outputs: [Layout]

    public init(inputs: [Layout], outputs: [Layout]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// The bridge from one op to kernels. Conformances live in this folder, one file a family, and are listed in
/// `LoweringCatalog`. `lower` cuts the work into tiles over (image, output rows, output columns or channels) that
/// depend on shapes only.
public protocol NodeLowering: Sendable {
    /// Nil where this lowering cannot take the node (another element type or rank): then the op's definition runs.
    func layouts(of node: Node, inputs: [TensorType], given: [Layout]) -> LayoutChoice?
    func lower(_ request: LoweringRequest) throws -> LoweredStep
}

extension NodeLowering {
    /// The usual condition: everything float32 with bound dimensions.
    func isFloat32(_ node: Node, _ inputs: [TensorType]) -> Bool {
        (inputs + node.outputTypes).allSatisfy { $0.element == .float32 && $0.shape != nil }
    }

    /// All activations of rank 4 channels-last, everything else dense; `denseInputs` are weights.
    func channelsLast(_ node: Node, _ inputs: [TensorType], denseInputs: Set<Int> = [], denseOutputs: Set<Int> = [])
        -> LayoutChoice
    {
        LayoutChoice(
            inputs: inputs.enumerated().map { $1.rank == 4 && !denseInputs.contains($0) ? .channelsLast : .dense },
            outputs: node.outputTypes.enumerated().map {
                $1.rank == 4 && !denseOutputs.contains($0) ? .channelsLast : .dense
            }
        )
    }
}

/// The lowerings by mnemonic.
public struct LoweringCatalog: Sendable {
    let lowerings: [String: any NodeLowering]

    /// Every op that has a kernel; one line each.
    public static let standard = LoweringCatalog([
        (Absolute.mnemonic, UnaryLowering(code: TESSERA_ABSOLUTE)),
        (AdamUpdate.mnemonic, AdamUpdateLowering()),
        (Add.mnemonic, BinaryLowering(code: TESSERA_ADD)),
        (AveragePool.mnemonic, PoolLowering()),
        (AveragePoolGradient.mnemonic, PoolGradientLowering()),
        (BatchNormalization.mnemonic, NormLowering()),
        (BatchNormalizationGradient.mnemonic, NormGradientLowering()),
        (BatchNormalizationGradientSums.mnemonic, NormGradientSumsLowering()),
        (BroadcastTo.mnemonic, BroadcastToLowering()),
        (ChannelMoments.mnemonic, ChannelMomentsLowering()),
        (Clip.mnemonic, ClipLowering()),
        (ClipFactor.mnemonic, ClipFactorLowering()),
        (ClipGradient.mnemonic, ClipLowering()),
        (Concat.mnemonic, CopyLowering()),
        (ConvertLayout.mnemonic, ConvertLayoutLowering()),
        (Convolution.mnemonic, ConvolutionLowering()),
        (ConvolutionInputGradient.mnemonic, ConvolutionInputGradientLowering()),
        (ConvolutionWeightGradient.mnemonic, ConvolutionWeightGradientLowering()),
        (FoldedNorm.mnemonic, FoldedNormLowering()),
        (Increment.mnemonic, IncrementLowering()),
        (Less.mnemonic, ComparisonLowering(code: TESSERA_LESS)),
        (Linear.mnemonic, MatrixLowering()),
        (MatrixMultiply.mnemonic, MatrixLowering()),
        (MaxPool.mnemonic, PoolLowering()),
        (MaxPoolGradient.mnemonic, PoolGradientLowering()),
        (MovingAverage.mnemonic, MovingAverageLowering()),
        (Multiply.mnemonic, BinaryLowering(code: TESSERA_MULTIPLY)),
        (NormRelu.mnemonic, NormLowering()),
        (NormReluGradient.mnemonic, NormGradientLowering()),
        (NormReluGradientSums.mnemonic, NormGradientSumsLowering()),
        (ReduceMean.mnemonic, ReductionLowering()),
        (ReduceSum.mnemonic, ReductionLowering()),
        (Relu.mnemonic, ClipLowering()),
        (ReluGradient.mnemonic, BinaryLowering(code: TESSERA_RELU_GRADIENT)),
        (RequireFinite.mnemonic, RequireFiniteLowering()),
        (Reshape.mnemonic, ReshapeLowering()),
        (SGDUpdate.mnemonic, SGDUpdateLowering()),
        (Sigmoid.mnemonic, UnaryLowering(code: TESSERA_SIGMOID)),
        (Sign.mnemonic, UnaryLowering(code: TESSERA_SIGN)),
        (Slice.mnemonic, CopyLowering()),
        (SliceGradient.mnemonic, CopyLowering()),
        (Softplus.mnemonic, UnaryLowering(code: TESSERA_SOFTPLUS)),
        (Subtract.mnemonic, BinaryLowering(code: TESSERA_SUBTRACT)),
        (Where.mnemonic, WhereLowering()),
    ])

    /// No kernels at all: every node runs its definition. For tests.
    public static let empty = LoweringCatalog([])

    init(_ entries: [(String, any NodeLowering)]) {
        lowerings = Dictionary(uniqueKeysWithValues: entries)
    }
}
