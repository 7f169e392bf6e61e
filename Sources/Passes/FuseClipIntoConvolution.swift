import TesseraIR
import TesseraOps

/// Inference: a ReLU or clip that alone reads a convolution is applied while the convolution writes its result, which
/// saves a sweep over the tensor.
public struct FuseClipIntoConvolution: RulePass {
    public static let name = "fuseClipIntoConvolution"
    public static let summary = "applies a ReLU or clip while the convolution before it writes"
    public init() {}

    public var rules: [any Rule] { [Bounded<Relu> { _ in Clip(low: 0, high: .infinity) }, Bounded<Clip> { $0 }] }

    private struct Bounded<Root: Op>: Rule {
        let clip: @Sendable (Root) -> Clip

        func match(_ root: Root, _ node: Node, in sight: Sight) -> Match {
            guard let (producer, convolution) = sight.maker(of: node.inputs[0], Convolution.self) else {
                return .declined(sight.reads(node.inputs[0], no: "convolution"))
            }
            guard sight.onlyReader(of: producer.output()) != nil else {
                return .declined("the convolution \(producer.id) has other readers")
            }
            return .patch(
                Patch("into \(producer.id)", covers: [producer, node], replaces: [node.output()]) {
                    try $0.add(ConvolutionClip(convolution, clip(root)), producer.inputs)
                })
        }
    }
}
