import TesseraTensors

extension Graph {
    /// A graph made by walking this one in order. `replace` may return other values for a node's outputs (having added
    /// nodes to the builder); nil keeps the node under its id, no values remove it. New nodes get ids that this graph
    /// never used.
    public func rebuilding(_ replace: (_ node: Node, _ inputs: [Value], _ builder: GraphBuilder) throws -> [Value]?)
        throws -> Graph
    {
        let rebuild = GraphRebuild(of: self)
        for node in nodes {
            let inputs = node.inputs.compactMap { rebuild[$0] }
            guard let outputs = try replace(node, inputs, rebuild.builder) else {
                precondition(
                    inputs.count == node.inputs.count, "\(node.id) is kept, but a node that it reads was removed")
                try rebuild.keep(node, inputs)
                continue
            }
            for (slot, value) in outputs.enumerated() { rebuild[node.output(slot)] = value }
        }
        return try rebuild.finish()
    }

    /// Without the nodes that no output or update depends on. Inputs stay: they are the graph's signature. So do states
    /// that are only written. With `ids`, others stay too.
    public func removingUnusedNodes(among ids: Set<NodeID>? = nil) throws -> Graph {
        let written = Set(updates.map(\.path))
        var live = ValueMap<Bool>(for: self)
        for result in results { live[Value(result.node)] = true }
        if !written.isEmpty {
            for entry in states where written.contains(entry.state.path) { live[entry.value] = true }
        }
        var unused = 0
        for node in nodes.reversed() {
            if live[node.output()] != nil || ids?.contains(node.id) == false {
                live[node.output()] = true
                for input in node.inputs { live[Value(input.node)] = true }
            } else if !(node.op is Input) {
                unused += 1
            }
        }
        guard unused > 0 else { return self }
        return try rebuilding { node, _, _ in live[node.output()] != nil || node.op is Input ? nil : [] }
    }

    /// With named dimensions replaced by numbers, types computed anew.
    public func binding(_ bindings: [String: Int]) throws -> Graph {
        guard inputs.contains(where: { $0.type.binding(bindings) != $0.type }) else { return self }
        return try rebuilding { node, inputs, builder in
            guard var input = node.op as? Input else { return nil }
            input.type = input.type.binding(bindings)
            return try builder.add(input, inputs, keeping: node)
        }
    }

    /// With inputs, states and constants of one element type turned into another: the same graph in float64, say.
    public func changingElements(from old: ElementType, to new: ElementType) throws -> Graph {
        try rebuilding { node, inputs, builder in
            var op: any Op = node.op
            switch node.op {
            case var input as Input where input.type.element == old:
                input.type.element = new
                op = input
            case var state as State where state.type.element == old:
                state.type.element = new
                op = state
            case let constant as Constant where constant.value.type.element == old:
                guard let tensor = constant.value.tensor else { return nil }
                op = Constant(tensor.converted(to: new))
            default: return nil
            }
            return try builder.add(op, inputs, keeping: node)
        }
    }
}
