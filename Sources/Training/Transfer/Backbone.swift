import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors

/// A pretrained network whose own head is cut off: features that a new head is put on.
public struct Backbone: Sendable {
    /// From the input to the features; only what they depend on.
    public let graph: Graph
    public let parameters: ParameterStore
    /// Where the network was cut, as a user would name it.
    public let cut: String
    /// What the user should know of how it was read, such as shapes that named a fixed batch.
    public let notes: [String]

    /// Cuts a graph after the node `cut` (its path, such as the name of the ONNX node, or an id such as `%12`), by
    /// default after its last global pooling, or before its last linear layer where it has none. `size` replaces the
    /// height and width of its input. Throws where there is no such place or the graph does not fit images of that
    /// size.
    public init(_ graph: Graph, parameters: ParameterStore, cut: String? = nil, size: Int? = nil) throws {
        try Self.requireImages(graph)
        let place = try cut.map { try Self.node(named: $0, in: graph) } ?? Self.lastPooling(of: graph)
        var features = try size.map { try graph.replacingImageSize($0) } ?? graph
        features.outputs = [.init(name: "features", value: place)]
        features.updates = []
        try self.init(features: features, parameters: parameters, cut: Self.name(of: place, in: graph))
    }

    /// A graph whose one output are the features. Throws where they do not depend on images.
    init(features: Graph, parameters: ParameterStore, cut: String, notes: [String] = []) throws {
        let graph = try features.removingUnusedNodes()
        guard graph.inputs.contains(where: { graph.uses()[$0.value] != nil }) else {
            throw TesseraError(
                at: cut, found: "a value that does not depend on the images",
                accepted: "a node between the input and the old head")
        }
        try Self.requireImages(graph)
        let paths = Set(graph.states.map(\.state.path))
        self.graph = graph
        self.parameters = ParameterStore(parameters.asDictionary.filter { paths.contains($0.key) })
        self.cut = cut
        self.notes = notes
    }

    private static func requireImages(_ graph: Graph) throws {
        guard graph.inputs.count == 1, graph.inputs[0].type.rank == 4 else {
            let types = graph.inputs.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
            throw TesseraError(
                .unsupported, at: graph.name, found: "the inputs \(types)", accepted: "one input of images [N, C, H, W]"
            )
        }
    }

    /// The backbone with a linear layer of so many outputs on its features, pooled over all pixels where they still are
    /// maps: its weight and bias are drawn from `seed`, all others are the backbone's own. It is called `head`, or
    /// `head_2`, … where the backbone has parameters of that name.
    public func withLinearHead(outputs: Int, seed: UInt64) throws -> (model: Model, parameters: ParameterStore) {
        guard outputs > 0 else { throw TesseraError(at: "head", found: "\(outputs) outputs", accepted: "at least 1") }
        let builder = GraphBuilder(graph)
        let scope = LayerScope(builder: builder)
        var x = Symbol(graph.outputs[0].value, in: scope)
        builder.replaceOutputs([])
        if x.type.rank == 4 { x = GlobalAveragePool2D()(x) }
        guard x.type.rank == 2 else {
            throw TesseraError(at: cut, found: "features \(x.type)", accepted: "maps [N, C, H, W] or vectors [N, C]")
        }
        let name = freeName("head")
        let y = Dense(name, outputs)(x)
        if let value = y.value { builder.output("score", value) }
        let model = Model(graph: try builder.finish(), initializers: scope.initializers)
        var all = parameters
        for entry in model.graph.states where all[entry.state.path] == nil {
            guard let initializer = scope.initializers[entry.state.path], let shape = entry.state.type.shape else {
                throw TesseraError(
                    at: entry.state.path, found: "no tensor", accepted: "a tensor for every state of the backbone")
            }
            all[entry.state.path] = initializer.tensor(shape: shape, path: entry.state.path, seed: seed).converted(
                to: entry.state.type.element)
        }
        return (model, all)
    }

    /// The first of `name`, `name_2`, … below which no state has its path.
    private func freeName(_ name: String) -> String {
        let taken = graph.states.map(\.state.path)
        var candidate = name, number = 1
        while taken.contains(where: { $0 == candidate || $0.hasPrefix(candidate + ".") }) {
            number += 1
            candidate = "\(name)_\(number)"
        }
        return candidate
    }

    // MARK: The place of the cut

    private static func node(named typed: String, in graph: Graph) throws -> Value {
        let name = String(typedName: typed)
        guard
            let node = graph.nodes.last(where: { $0.path == name || "\($0.id)" == name })
                ?? graph.outputs.first(where: { $0.name == name }).map({ graph[$0.value.node] })
        else {
            let places = graph.nodes.suffix(12).map { $0.path.isEmpty ? "\($0.id)" : $0.path }
            let twin = graph.nodes.last { $0.path.isTwin(of: name) }?.path
            throw TesseraError(
                at: "cut", found: "no node '\(name)'",
                accepted: twin.map(twinAccepted) ?? "a node's name or id, such as \(places.joined(separator: ", "))")
        }
        return node.output()
    }

    /// What an error offers where a name differs from a typed one in its normal form alone.
    static func twinAccepted(_ name: String) -> String { "'\(name)', the same text in another normal form" }

    private static func lastPooling(of graph: Graph) throws -> Value {
        if let pooling = graph.nodes.last(where: { isGlobalPooling($0, in: graph) }) { return pooling.output() }
        if let linear = graph.nodes.last(where: { $0.op is Linear || $0.op is MatrixMultiply }) {
            return linear.inputs[0]
        }
        throw TesseraError(
            at: graph.name, found: "no global pooling and no linear layer",
            accepted: "a network with one, or --cut with the node to cut after")
    }

    static func isGlobalPooling(_ node: Node, in graph: Graph) -> Bool {
        guard let input = node.inputs.first.map({ graph.type(of: $0) }), input.rank == 4 else { return false }
        switch node.op {
        case let mean as ReduceMean: return Set(mean.axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3]
        case let pool as AveragePool:
            return input.dimensions.suffix(2).map(\.value) == pool.kernel.map { Optional($0) } && pool.kernel.count == 2
        default: return false
        }
    }

    private static func name(of value: Value, in graph: Graph) -> String {
        let node = graph[value.node]
        return node.path.isEmpty ? "\(node.op.mnemonic) \(node.id)" : node.path
    }
}

extension String {
    /// Whether two names of different bytes are one text in different normal forms.
    func isTwin(of other: String) -> Bool {
        self != other && !utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") }
            && String(decoding: nameBytes, as: UTF8.self) == String(decoding: other.nameBytes, as: UTF8.self)
    }
}

extension Graph {
    /// With images of another height and width at the one input [N, C, H, W]; the batch gets the name N.
    public func replacingImageSize(_ size: Int) throws -> Graph {
        guard inputs.count == 1, inputs[0].type.rank == 4 else {
            throw TesseraError(
                .unsupported, at: name,
                found: "the inputs \(inputs.map { "\($0.name) \($0.type)" }.joined(separator: ", "))",
                accepted: "one input of images [N, C, H, W]")
        }
        func graph(_ size: Int) throws -> Graph {
            try rebuilding { node, inputs, builder in
                guard var input = node.op as? Input else { return nil }
                input.type = TensorType(
                    input.type.element, [.named("N"), input.type.dimensions[1], .fixed(size), .fixed(size)])
                return try builder.add(input, inputs, path: node.path, origins: node.origins, id: node.id)
            }
        }
        do { return try graph(size) } catch let error as TesseraError {
            // The size that the graph has fits it.
            let own = inputs[0].type.dimensions[2].value ?? 1024
            guard let smallest = Int.smallest(above: size, upTo: own, where: { (try? graph($0)) != nil }) else {
                throw error
            }
            throw TesseraError(
                error.kind, at: error.location, found: "\(error.found), in images of \(size) × \(size)",
                accepted: "images of \(smallest) × \(smallest) or more")
        }
    }
}
