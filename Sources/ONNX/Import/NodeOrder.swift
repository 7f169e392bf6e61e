import TesseraIR
import TesseraTensors

extension ONNXGraph {
    /// The nodes so that every one comes after those it reads; nodes that are in order already stay where they are. Throws where a value is made twice or
    /// not at all, or where nodes form a cycle.
    func sortedNodes() throws -> [ONNXNode] {
        var makers: [String: Int] = [:]
        var given = Set(inputs.map(\.name))
        for initializer in initializers { given.insert(initializer.name) }
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard !given.contains(output), makers.updateValue(index, forKey: output) == nil else {
                    throw TesseraError(at: Self.place(node), found: "the value \(output), which something else makes too", accepted: "values that are made once")
                }
            }
        }
        var readers: [[Int]] = Array(repeating: [], count: nodes.count)
        var missing = nodes.map { _ in 0 }
        for (index, node) in nodes.enumerated() {
            for input in node.inputs where !input.isEmpty && !given.contains(input) {
                guard let maker = makers[input] else { throw TesseraError(at: Self.place(node), found: "the input \(input), which nothing makes", accepted: "inputs, initialisers and results of other nodes") }
                readers[maker].append(index)
                missing[index] += 1
            }
        }
        if missing.enumerated().allSatisfy({ index, _ in nodes[index].inputs.allSatisfy { makers[$0].map { $0 < index } ?? true } }) { return nodes }
        // The ready node that stands first in the file comes next.
        var ready = Set(missing.indices.filter { missing[$0] == 0 }), order: [Int] = []
        while let next = ready.min() {
            ready.remove(next)
            order.append(next)
            for reader in readers[next] {
                missing[reader] -= 1
                if missing[reader] == 0 { ready.insert(reader) }
            }
        }
        guard order.count == nodes.count else {
            let stuck = nodes[missing.firstIndex { $0 > 0 }!]
            throw TesseraError(at: Self.place(stuck), found: "a cycle: the node waits for its own result", accepted: "graphs without cycles")
        }
        return order.map { nodes[$0] }
    }

    static func place(_ node: ONNXNode) -> String { "\(node.operatorType) \(node.name.isEmpty ? node.outputs.first { !$0.isEmpty } ?? "" : node.name)" }
}
