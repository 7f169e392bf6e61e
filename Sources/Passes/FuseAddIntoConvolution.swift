import TesseraIR
import TesseraOps

/// Inference: a sum of a convolution that nobody else reads and another value of its type, a residual, is formed while
/// the convolution writes its result, and a ReLU or clip of that sum too.
public struct FuseAddIntoConvolution: RulePass {
    public static let name = "fuseAddIntoConvolution"
    public static let summary = "adds a residual, and clips the sum, while a convolution writes"
    public init() {}

    public var rules: [any Rule] {
        [Sum(), BoundedSum<Relu> { _ in Clip(low: 0, high: .infinity) }, BoundedSum<Clip> { $0 }]
    }

    private struct Sum: Rule {
        func match(_ root: Add, _ node: Node, in sight: Sight) -> Match {
            var reason = sight.reads(node.inputs[0], no: "convolution")
            for (slot, other) in [(0, 1), (1, 0)] {
                guard let (producer, convolution) = sight.maker(of: node.inputs[slot], Convolution.self) else {
                    continue
                }
                if let found = obstacle(producer, node, other, in: sight) {
                    reason = found
                    continue
                }
                return .patch(
                    Patch("into \(producer.id)", covers: [producer, node], replaces: [node.output()]) {
                        try $0.add(ConvolutionAddClip(convolution), producer.inputs + [node.inputs[other]])
                    })
            }
            return .declined(reason)
        }

        private func obstacle(_ producer: Node, _ node: Node, _ other: Int, in sight: Sight) -> String? {
            if sight.onlyReader(of: producer.output()) == nil || node.inputs[0] == node.inputs[1] {
                return "the convolution \(producer.id) has other readers"
            }
            return sight.type(of: node.inputs[other]) == producer.outputTypes[0]
                ? nil : "the other summand of \(producer.id) is of another shape"
        }
    }

    private struct BoundedSum<Root: Op>: Rule {
        let clip: @Sendable (Root) -> Clip

        func match(_ root: Root, _ node: Node, in sight: Sight) -> Match {
            guard let (producer, sum) = sight.maker(of: node.inputs[0], ConvolutionAddClip.self), !sum.isBounded
            else { return .none }
            guard sight.onlyReader(of: producer.output()) != nil else {
                return .declined("the sum \(producer.id) has other readers")
            }
            return .patch(
                Patch("into \(producer.id)", covers: [producer, node], replaces: [node.output()]) {
                    try $0.add(ConvolutionAddClip(sum.convolution, clip(root)), producer.inputs)
                })
        }
    }
}
