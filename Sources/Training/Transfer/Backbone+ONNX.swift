import TesseraIR
import TesseraONNX
import TesseraTensors

extension Backbone {
    /// Cuts an ONNX model, called `name` in errors, as `init(_:parameters:cut:size:)` cuts a graph, and reads only the
    /// nodes before the cut: what lies behind it may be made for one image, or of operators without support. The batch
    /// is open whatever the file says. Throws where there is no place for a cut, or where what lies before it cannot be
    /// read or does not keep images apart.
    public init(onnx model: ONNXModel, name: String, cut: String? = nil, size: Int? = nil) throws {
        let options = ImportOptions(imageSize: size, opensBatch: true)
        let flat = try model.inliningFunctions()
        func features(at value: String) throws -> ImportedModel {
            try ONNXImporter.read(flat.cut(at: [value]), name: name, options: options)
        }
        if let cut = cut.map({ String(typedName: $0) }) {
            // Ids are those of the whole graph.
            guard !cut.hasPrefix("%") else {
                let whole = try ONNXImporter.read(flat, name: name, options: options)
                try self.init(whole.graph, parameters: whole.parameters, cut: cut)
                return
            }
            let imported = try features(at: Self.value(named: cut, in: flat.graph, of: name))
            try self.init(imported, of: name, cut: cut)
            return
        }
        let poolings = flat.graph.nodes.lazy.reversed().filter { Self.poolings.contains($0.operatorType) }
        for node in poolings.prefix(Self.triedPoolings) {
            guard let output = node.outputs.first(where: { !$0.isEmpty }) else { continue }
            let imported = try features(at: output)
            let last = imported.graph[imported.graph.outputs[0].value.node]
            guard Self.isGlobalPooling(last, in: imported.graph) else { continue }
            try self.init(imported, of: name, cut: Self.name(of: node))
            return
        }
        guard let linear = flat.graph.nodes.last(where: { Self.linears.contains($0.operatorType) }),
            let input = linear.inputs.first
        else {
            throw TesseraError(
                at: name, found: "no global pooling and no linear layer",
                accepted: "a network with one, or --cut with the node to cut after")
        }
        let imported = try features(at: input)
        let maker = flat.graph.nodes.last { $0.outputs.contains(input) }
        try self.init(imported, of: name, cut: maker.map(Self.name(of:)) ?? input)
    }

    private init(_ imported: ImportedModel, of name: String, cut: String) throws {
        try self.init(
            features: imported.graph, parameters: imported.parameters, cut: cut, notes: imported.notes)
        try parameters.requireFinite(at: name)
    }

    /// Operators that may pool a whole image.
    private static let poolings: Set<String> = ["GlobalAveragePool", "AveragePool", "ReduceMean"]
    /// Whether one pools a whole image is known when all before it is read, so not every one is tried.
    private static let triedPoolings = 16
    private static let linears: Set<String> = ["Gemm", "MatMul"]

    private static func name(of node: ONNXNode) -> String {
        node.name.isEmpty ? node.outputs.first { !$0.isEmpty } ?? node.operatorType : node.name
    }

    /// The value that a node, named by itself or by what it makes, gives first.
    private static func value(named cut: String, in graph: ONNXGraph, of model: String) throws -> String {
        let node = graph.nodes.last { $0.name == cut } ?? graph.nodes.last { $0.outputs.contains(cut) }
        guard let node else {
            let twin = graph.nodes.lazy.flatMap { [$0.name] + $0.outputs }.last { $0.isTwin(of: cut) }
            throw TesseraError(
                at: "\(model), cut", found: "no node '\(cut)'",
                accepted: twin.map(twinAccepted)
                    ?? "a node's name, such as \(graph.nodes.suffix(12).map(name(of:)).joined(separator: ", "))")
        }
        return node.outputs.contains(cut) ? cut : node.outputs.first { !$0.isEmpty } ?? ""
    }
}
