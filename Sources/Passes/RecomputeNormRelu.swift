import TesseraIR
import TesseraOps

/// Training: the result of a norm and ReLU is computed again where the backward pass reads it, from the norm's input,
/// which is kept anyway for the norm's own gradient. Half the activations need not be stored, at the price of one sweep
/// each. The statistics are read, not taken again, so nothing else changes.
public struct RecomputeNormRelu: RulePass, Rule {
    public static let name = "recomputeNormRelu"
    public static let summary = "computes norm and ReLU again in the backward pass instead of keeping the result"
    public init() {}

    public func match(_ root: NormRelu, _ node: Node, in sight: Sight) -> Match {
        guard node.generation == 0 else { return .none }
        let readers = sight.readers(of: node.output()).compactMap { reader -> Patch.Use? in
            guard let input = (reader.op as? any ActivationReader)?.activationInput,
                reader.inputs[input] == node.output()
            else { return nil }
            return Patch.Use(reader.id, input)
        }
        guard let first = readers.first else { return .none }
        let what = "again for \(first.node) \(sight.graph[first.node].op.mnemonic)"
        return .patch(Patch(what, covers: [node], reroutes: [readers]) { try $0.again(node) })
    }
}
