import TesseraTensors

/// A graph that is being made from another one, and where in it the values of the other one are.
package final class GraphRebuild {
    package let source: Graph
    package let builder: GraphBuilder
    private var values: ValueMap<Value>

    package init(of source: Graph) {
        self.source = source
        var seed = Graph(name: source.name)
        seed.reserveIDs(of: source)
        builder = GraphBuilder(seed)
        values = ValueMap(for: source)
    }

    /// What stands for a value of the source; nil where nothing does yet, or any more.
    package subscript(value: Value) -> Value? {
        get { values[value] }
        set { values[value] = newValue }
    }

    /// Keeps a node of the source on these values of the new graph. Only where a type of these is another one is the
    /// node typed anew.
    package func keep(_ node: Node, _ inputs: [Value]) throws {
        let isTyped = zip(node.inputs, inputs).allSatisfy { source.type(of: $0) == builder.type(of: $1) }
        if isTyped { builder.copy(node, inputs) } else { try builder.add(node.op, inputs, keeping: node) }
        for output in node.outputs { values[output] = output }
    }

    /// The new graph, with the source's outputs and updates. Throws where one of them was removed.
    package func finish() throws -> Graph {
        func new(_ value: Value) throws -> Value {
            guard let new = values[value] else {
                throw TesseraError(at: source.name, found: "the result \(value) removed", accepted: "results that stay")
            }
            return new
        }
        for output in source.outputs { builder.output(output.name, try new(output.value)) }
        for update in source.updates { builder.update(update.path, with: try new(update.value)) }
        return try builder.finish()
    }
}
