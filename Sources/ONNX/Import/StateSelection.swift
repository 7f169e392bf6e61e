import TesseraIR
import TesseraOps
import TesseraTensors

/// Which initialisers are states of the model (trained, or measured as the statistics of norms) and which are
/// constants: floating-point ones that reach a slot a rule names, directly or through operators that only pass a tensor
/// on.
struct StateSelection {
    private(set) var kinds: [String: StateKind] = [:]
    /// Results of Identity that are states of their own; see `ONNXGraph.partSharedStates`.
    private(set) var parted: [String: String] = [:]

    private static let passingOn: Set<String> = [
        "Identity", "Transpose", "Reshape", "Cast", "Flatten", "Squeeze", "Unsqueeze",
    ]

    init(_ nodes: [ONNXNode], initializers: [String: Tensor], rules: RuleBook) {
        var makers: [String: ONNXNode] = [:]
        for node in nodes { for output in node.outputs { makers[output] = node } }
        // Many nodes may read one tensor, and the end of one chain of operators: each is walked once.
        var uniform: [String: Bool] = [:], walked: [StateKind: Set<String>] = [:]
        func isUniform(_ name: String, _ tensor: Tensor) -> Bool {
            let result = uniform[name] ?? tensor.isUniform
            uniform[name] = result
            return result
        }
        func mark(_ name: String, _ kind: StateKind) {
            var name = name
            while walked[kind, default: []].insert(name).inserted {
                if let tensor = initializers[name] {
                    if tensor.element.isFloatingPoint, kinds[name] == nil { kinds[name] = kind }
                    return
                }
                guard let maker = makers[name], let source = maker.inputs.first,
                    Self.passingOn.contains(maker.operatorType)
                else { return }
                if maker.operatorType == "Identity", let tensor = initializers[source], tensor.element.isFloatingPoint,
                    kind == .statistic || isUniform(source, tensor)
                {
                    parted[name] = source
                    kinds[name] = kind
                    return
                }
                name = source
            }
        }
        for node in nodes {
            for (slot, kind) in (rules.reading(of: node)?.rule.states ?? [:]).sorted(by: { $0.key < $1.key })
            where slot < node.inputs.count { mark(node.inputs[slot], kind) }
        }
    }
}
