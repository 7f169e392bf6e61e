import TesseraIR
import TesseraTensors

/// A model as it leaves its author's hands: the graph with named inputs and outputs, and how its parameters begin.
public struct Model: Sendable {
    public var graph: Graph
    public var initializers: [String: Initializer]

    public init(graph: Graph, initializers: [String: Initializer] = [:]) {
        self.graph = graph
        self.initializers = initializers
    }

    /// Builds a model from a layer: input `image` [N, channels, size, size] to output `score`. Throws the first mistake
    /// the layers recorded, with layer path, op and shapes.
    public init(
        _ name: String, input: TensorType, inputName: String = "image", outputName: String = "score", layer: any Layer
    ) throws {
        let builder = GraphBuilder(name: name)
        let scope = LayerScope(builder: builder)
        let x = Symbol(try builder.addInput(inputName, input), in: scope)
        let y = layer(x)
        if let value = y.value { builder.output(outputName, value) }
        graph = try builder.finish()
        initializers = scope.initializers
    }

    /// Fresh parameters and statistics: each drawn from (seed, path).
    public func initialParameters(seed: UInt64) -> ParameterStore {
        var store = ParameterStore()
        for entry in graph.states {
            let path = entry.state.path
            guard let shape = entry.state.type.shape else {
                preconditionFailure("the state \(path) has a named dimension")
            }
            let initializer = initializers[path] ?? .zeros
            store[path] = initializer.tensor(shape: shape, path: path, seed: seed).converted(
                to: entry.state.type.element)
        }
        return store
    }
}
