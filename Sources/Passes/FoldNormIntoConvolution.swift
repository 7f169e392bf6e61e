import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: a batch norm that alone reads a convolution becomes part of its weights, W' = W · s and b' = bias + (b −
/// mean) · s with s = scale / √(variance + ε). W' is computed from the stored values, which stay as they are. That is
/// right in reals; where the element type cannot hold W' and b' the norm is left alone.
public struct FoldNormIntoConvolution: RulePass, Rule {
    public static let name = "foldNormIntoConvolution"
    public static let summary = "multiplies the scale of a norm into the convolution before it"
    private let parameters: ParameterStore?

    public init() { parameters = nil }

    /// With the states' tensors, folded values are looked at before a norm is folded.
    public init(_ parameters: ParameterStore?) { self.parameters = parameters }

    public func match(_ root: BatchNormalization, _ node: Node, in sight: Sight) -> Match {
        guard let (producer, convolution) = sight.maker(of: node.inputs[0], Convolution.self) else {
            return .declined(sight.reads(node.inputs[0], no: "convolution"))
        }
        guard sight.onlyReader(of: node.inputs[0]) != nil else {
            return .declined("the convolution \(producer.id) has other readers")
        }
        let element = sight.type(of: producer.inputs[1]).element
        guard node.inputs.dropFirst().allSatisfy({ sight.type(of: $0).element == element }) else {
            return .declined("its parameters are of another type than the weight of \(producer.id)")
        }
        let fold = FoldedNorm(epsilon: root.epsilon)
        let operands = [producer.inputs[1]] + node.inputs.dropFirst() + producer.inputs.dropFirst(2)
        if let reason = obstacle(fold, operands, in: sight) { return .declined("\(reason) of \(producer.id)") }
        return .patch(
            Patch("into \(producer.id) @\(producer.path)", covers: [producer, node], replaces: [node.output()]) {
                let folded = try $0.add(fold, operands)
                return try $0.add(convolution, [producer.inputs[0]] + folded)
            })
    }

    /// Why the type cannot hold what is folded. Types of 16 bits never do: a norm computes in float32 and rounds once,
    /// where a folded weight is rounded by itself, is soon beyond the largest number, or below the smallest.
    private func obstacle(_ fold: FoldedNorm, _ operands: [Value], in sight: Sight) -> String? {
        let element = sight.type(of: operands[0]).element
        guard element.byteCount > 2 else { return "a folded weight in \(element.rawValue) loses precision: the weight" }
        let tensors = operands.compactMap { value -> Tensor? in
            switch sight.maker(of: value).op {
            case let state as State: parameters?[state.path].flatMap { $0.type == state.type ? $0 : nil }
            case let constant as Constant: constant.value.tensor
            default: nil
            }
        }
        return tensors.count == operands.count ? fold.misfit(tensors).map { "\($0): the weight" } : nil
    }
}
