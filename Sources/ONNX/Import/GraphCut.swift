import TesseraIR
import TesseraTensors

extension ONNXModel {
    /// The model with the bodies of its functions in place of their calls. Throws where functions call themselves, are
    /// defined twice or are written in other operator sets than the model.
    public func inliningFunctions() throws -> ONNXModel { try FunctionInliner(self).inlined() }

    /// The operators among the nodes that the values `names` need, as `ONNXGraph.cut` finds them.
    public func cut(at names: [String]) throws -> ONNXModel {
        var model = try inliningFunctions()
        model.graph = try model.graph.cut(at: names)
        return model
    }
}

extension ONNXGraph {
    /// The graph that gives the values `names` instead of its own outputs: only the nodes, inputs and initialisers that
    /// they need. Throws where nothing makes a value.
    func cut(at names: [String]) throws -> ONNXGraph {
        var makers: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { makers[output] = index }
        }
        for name in names where makers[name] == nil {
            if inputs.contains(where: { $0.name == name }) || initializers.contains(where: { $0.name == name }) {
                continue
            }
            throw TesseraError(
                at: "cut", found: "the value \(name), which nothing makes", accepted: "a value of the graph")
        }
        var needed = Set(names), kept = Set<Int>(), waiting = names
        while let name = waiting.popLast() {
            guard let maker = makers[name], kept.insert(maker).inserted else { continue }
            for input in nodes[maker].inputs where needed.insert(input).inserted { waiting.append(input) }
        }
        var result = ONNXGraph(name: name)
        result.nodes = nodes.indices.filter(kept.contains).map { nodes[$0] }
        result.inputs = inputs.filter { needed.contains($0.name) }
        result.initializers = initializers.filter { needed.contains($0.name) }
        result.outputs = names.map { ONNXValueInfo(name: $0, element: nil, dimensions: nil) }
        return result
    }
}
