import TesseraIR
import TesseraTensors

/// What a model must be before a file of it is written. Its nodes are read back by the rules and signatures of the
/// importer, which know nothing of the exporter.
struct ExportGate {
    /// The graph that was written.
    let graph: Graph

    /// Throws where two things have one name, a node is none of its operator in the model's operator set, or an input
    /// or output has another type for those who read the file than in the graph.
    func check(_ model: ONNXModel) throws {
        try Self.requireUniqueNames(model.graph)
        let read = try ONNXImporter.read(model, name: "export").graph
        try Self.require(read.outputs.map { ($0.name, read.type(of: $0.value)) }, model.graph.outputs, "output")
        try Self.require(read.inputs.map { ($0.name, $0.type) }, model.graph.inputs, "input")
        let types = graph.outputs.map { graph.type(of: $0.value) }
        for (output, type) in zip(model.graph.outputs, types)
        where output != ONNXValueInfo(name: output.name, element: type.element, dimensions: type.dimensions.map { $0 })
        {
            throw TesseraError(at: "export, output \(output.name)", found: "\(output)", accepted: "\(type)")
        }
    }

    private static func require(_ read: [(name: String, type: TensorType)], _ stated: [ONNXValueInfo], _ what: String)
        throws
    {
        let found = read.map {
            ONNXValueInfo(name: $0.name, element: $0.type.element, dimensions: $0.type.dimensions.map { $0 })
        }
        guard found == stated else {
            let place = zip(found, stated).first { $0 != $1 }
            throw TesseraError(
                at: "export, \(what) \(place?.1.name ?? "")",
                found: place.map { "\($0.1)" } ?? "\(stated.count) of them",
                accepted: place.map { "\($0.0), as its nodes give it" } ?? "\(found.count)")
        }
    }

    private static func requireUniqueNames(_ graph: ONNXGraph) throws {
        var values = Set<String>(), nodes = Set<String>()
        let made =
            graph.inputs.map(\.name) + graph.initializers.map(\.name)
            + graph.nodes.flatMap { $0.outputs.filter { !$0.isEmpty } }
        for name in made where name.isEmpty || !values.insert(name).inserted {
            throw TesseraError(at: "export", found: "two values of the name '\(name)'", accepted: "a name each")
        }
        for node in graph.nodes where !nodes.insert(node.name).inserted {
            throw TesseraError(at: "export", found: "two nodes of the name '\(node.name)'", accepted: "a name each")
        }
    }
}
