import TesseraIR
import TesseraOps
import TesseraTensors

extension ONNXGraph {
    /// Exporters write tensors of equal values once, so that weights which merely begin alike, such as the ones of
    /// fresh norms, look tied. A statistic is never tied, and a parameter of one repeated value is taken as a
    /// coincidence: every further use gets an initialiser of its own, in `tensors` too. Returns their names.
    mutating func partSharedStates(_ rules: RuleBook, _ tensors: inout [String: Tensor]) -> [String] {
        var names: UniqueNames?, kinds: [String: StateKind] = [:], parted: [String] = []
        var uniform: [String: Bool] = [:]
        for index in nodes.indices {
            guard let states = rules.reading(of: nodes[index])?.rule.states, !states.isEmpty else { continue }
            for (slot, kind) in states.sorted(by: { $0.key < $1.key }) where slot < nodes[index].inputs.count {
                let name = nodes[index].inputs[slot]
                guard let tensor = tensors[name], tensor.element.isFloatingPoint else { continue }
                guard let first = kinds[name] else {
                    kinds[name] = kind
                    continue
                }
                let isUniform = uniform[name] ?? tensor.isUniform
                uniform[name] = isUniform
                guard kind == .statistic || first == .statistic || isUniform else { continue }
                let unique = names ?? UniqueNames(valueNames)
                names = unique
                let node = nodes[index].name.isEmpty ? nodes[index].outputs.first ?? "" : nodes[index].name
                let own = unique.claim("\(node).\(name)")
                nodes[index].inputs[slot] = own
                initializers.append(ONNXInitializer(name: own, tensor: tensor))
                tensors[own] = tensor
                parted.append(own)
            }
        }
        return parted
    }

    private var valueNames: Set<String> {
        Set(inputs.map(\.name) + initializers.map(\.name) + nodes.flatMap(\.outputs))
    }
}

extension Tensor {
    /// Whether all elements are of the same bits.
    var isUniform: Bool {
        let size = element.byteCount
        return withUnsafeBytes { bytes in (size..<max(size, bytes.count)).allSatisfy { bytes[$0] == bytes[$0 - size] } }
    }
}
