import TesseraIR
import TesseraTensors

extension ONNXGraph {
    private enum Visit { case none, waiting, placed }

    /// The nodes so that every one comes after those it reads, which come where they are first needed: nodes that are
    /// in order already stay where they are. Throws where a value is made twice or not at all, or where nodes form a
    /// cycle. `tensors` are the initialisers.
    func sortedNodes(_ tensors: [String: Tensor]) throws -> [ONNXNode] {
        let declared = Set(inputs.map(\.name))
        func isGiven(_ name: String) -> Bool { tensors[name] != nil || declared.contains(name) }
        let makers = try makers(besides: isGiven)
        var order: [ONNXNode] = [], visits = nodes.map { _ in Visit.none }, inputsSeen = nodes.map { _ in 0 }
        for root in nodes.indices where visits[root] == .none {
            // Depth first, with a stack of its own: chains are as long as files like.
            var path = [root]
            while let index = path.last {
                let node = nodes[index]
                visits[index] = .waiting
                guard inputsSeen[index] < node.inputs.count else {
                    visits[index] = .placed
                    order.append(node)
                    path.removeLast()
                    continue
                }
                let input = node.inputs[inputsSeen[index]]
                inputsSeen[index] += 1
                if input.isEmpty || isGiven(input) { continue }
                guard let maker = makers[input] else {
                    throw TesseraError(
                        at: node.place, found: "the input \(input), which nothing makes",
                        accepted: "inputs, initialisers and results of other nodes")
                }
                switch visits[maker] {
                case .none: path.append(maker)
                case .waiting:
                    throw TesseraError(
                        at: nodes[maker].place, found: "a cycle: the node waits for its own result",
                        accepted: "graphs without cycles")
                case .placed: break
                }
            }
        }
        return order
    }

    /// The node that makes each value.
    private func makers(besides isGiven: (String) -> Bool) throws -> [String: Int] {
        var makers: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard !isGiven(output), makers.updateValue(index, forKey: output) == nil else {
                    throw TesseraError(
                        at: node.place, found: "the value \(output), which something else makes too",
                        accepted: "values that are made once")
                }
            }
        }
        return makers
    }
}
