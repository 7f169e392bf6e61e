import TesseraIR

extension Graph {
    /// Nodes in an order that hangs on what the results are computed from and on nothing else: before each node its
    /// inputs, the first one with all that it needs first. What no run can change goes in front.
    func inDepthFirstOrder(_ nodes: [Node]) -> [Node] {
        let wanted = Set(nodes.map(\.id))
        var isStatic: [NodeID: Bool] = [:], seen = Set<NodeID>(), order: [Node] = []
        for node in self.nodes {
            isStatic[node.id] = !(node.op is Input) && node.inputs.allSatisfy { isStatic[$0.node]! }
            if isStatic[node.id]!, wanted.contains(node.id), seen.insert(node.id).inserted { order.append(node) }
        }
        for result in results {
            var path = [(node: self[result.node], next: 0)]
            guard seen.insert(result.node).inserted else { continue }
            while let (node, next) = path.last {
                guard next < node.inputs.count else {
                    path.removeLast()
                    if wanted.contains(node.id) { order.append(node) }
                    continue
                }
                path[path.count - 1].next += 1
                let maker = node.inputs[next].node
                if seen.insert(maker).inserted { path.append((self[maker], 0)) }
            }
        }
        return order + nodes.filter { !seen.contains($0.id) }
    }
}
