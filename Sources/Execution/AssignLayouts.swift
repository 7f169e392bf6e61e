import TesseraIR
import TesseraOps
import TesseraTensors

/// Chooses the physical layout of every value: each node's lowering says what it wants, and a `convertLayout` goes
/// where a value has another layout. One conversion serves all readers.
enum AssignLayouts {
    struct Result {
        var graph: Graph
        var layouts: ValueMap<Layout>
        /// The lowering of every node that has one; the others run their definition on dense values.
        var lowerings: [NodeID: any Lowerable] = [:]
    }

    static func run(_ graph: Graph, usesKernels: Bool) throws -> Result {
        var result = Result(graph: graph, layouts: ValueMap(for: graph))
        var converted: [Layout: ValueMap<Value>] = [:]

        func value(_ value: Value, in layout: Layout, for node: Node, _ builder: GraphBuilder) throws -> Value {
            let type = builder.type(of: value)
            let current = result.layouts[value]!
            if current.isSame(as: layout, for: type.shape!) { return value }
            if let done = converted[layout]?[value] { return done }
            let conversion = ConvertLayout(to: layout)
            let made = try builder.add(conversion, [value], path: node.path, origins: node.modelNodes)[0]
            result.layouts[made] = layout
            result.lowerings[made.node] = conversion
            converted[layout, default: ValueMap(for: graph)][value] = made
            return made
        }

        result.graph = try graph.rebuilding { node, inputs, builder in
            if node.op is Input || node.op is State || node.op is Constant {
                result.layouts[node.output()] = .dense
                return nil
            }
            let types = inputs.map { builder.type(of: $0) }
            let lowering = usesKernels ? lowering(of: node.op) : nil
            let choice = lowering?.layouts(types, node.outputTypes, given: inputs.map { result.layouts[$0]! })
            if choice != nil { result.lowerings[node.id] = lowering }
            let wanted =
                choice ?? LayoutChoice(inputs: types.map { _ in .dense }, outputs: node.outputTypes.map { _ in .dense })
            let operands = try zip(inputs, wanted.inputs).map { try value($0, in: $1, for: node, builder) }
            for (slot, layout) in wanted.outputs.enumerated() { result.layouts[node.output(slot)] = layout }
            return try builder.add(node.op, operands, path: node.path, origins: node.origins, id: node.id)
        }
        // What leaves the program, or replaces a state, leaves it dense.
        let builder = GraphBuilder(result.graph)
        func dense(_ old: Value) throws -> Value { try value(old, in: .dense, for: result.graph[old.node], builder) }
        let outputs = try result.graph.outputs.map { Graph.Output(name: $0.name, value: try dense($0.value)) }
        let updates = try result.graph.updates.map { Graph.Update(path: $0.path, value: try dense($0.value)) }
        result.graph = builder.graph
        result.graph.outputs = outputs
        result.graph.updates = updates
        return result
    }
}
