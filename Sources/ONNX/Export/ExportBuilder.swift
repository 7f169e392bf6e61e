import TesseraIR
import TesseraOps
import TesseraTensors

/// Builds the ONNX graph of a model graph, node by node.
struct ExportBuilder {
    private let graph: Graph
    private let parameters: ParameterStore
    private let opset: Int
    private var result: ONNXGraph
    private var names: [Value: String] = [:]
    /// Weights keep their paths: a name that a state has is taken.
    private let unique: UniqueNames
    /// Values that follow from states and constants alone; what has no ONNX form is computed from them.
    private var staticValues: [Value: Tensor] = [:]
    private var writtenInitializers = Set<String>()

    init(_ graph: Graph, parameters: ParameterStore, opset: Int) {
        self.graph = graph
        self.parameters = parameters
        self.opset = opset
        result = ONNXGraph(name: graph.name.isEmpty ? "model" : graph.name)
        unique = UniqueNames(Set(graph.states.map(\.state.path)))
    }

    mutating func build() throws -> ONNXGraph {
        for input in graph.inputs {
            let name = unique.claim(input.name)
            names[input.value] = name
            result.inputs.append(Self.info(name, input.type))
        }
        // A value that leaves the graph goes by the output's name, unless it has a name already.
        let outputs = graph.outputs.map { output in
            names[output.value] == output.name ? output.name : unique.claim(output.name)
        }
        for (name, output) in zip(outputs, graph.outputs) where names[output.value] == nil {
            let op = graph[output.value.node].op
            if !(op is State || op is Constant) { names[output.value] = name }
        }
        for node in graph.nodes { try add(node) }
        for (outputName, output) in zip(outputs, graph.outputs) {
            let name = try self.name(of: output.value)
            if name != outputName {
                result.nodes.append(
                    ONNXNode(
                        "Identity", name: unique.claim("\(outputName)/identity"), inputs: [name],
                        outputs: [outputName]))
            }
            result.outputs.append(Self.info(outputName, graph.type(of: output.value)))
        }
        return result
    }

    private static func info(_ name: String, _ type: TensorType) -> ONNXValueInfo {
        ONNXValueInfo(name: name, element: type.element, dimensions: type.dimensions.map { $0 })
    }

    private mutating func add(_ node: Node) throws {
        switch node.op {
        case is Input: return
        case let state as State:
            guard let tensor = parameters[state.path], tensor.type == state.type else {
                throw TesseraError(
                    at: state.path, found: parameters[state.path].map { "a tensor \($0.type)" } ?? "no tensor",
                    accepted: "\(state.type)")
            }
            names[node.output()] = state.path
            staticValues[node.output()] = tensor
        case let constant as Constant: staticValues[node.output()] = try constant.evaluate([])[0]
        case let op as any ONNXExportable: try write(op, node)
        default: try fold(node)
        }
    }

    private mutating func write(_ op: any ONNXExportable, _ node: Node) throws {
        let base = unique.claim(
            node.path.isEmpty ? "\(node.op.mnemonic)\(node.id.rawValue)" : "\(node.path)/\(node.op.mnemonic)")
        let outputs = node.outputTypes.indices.map { slot in
            let name = names[node.output(slot)] ?? unique.claim(slot == 0 ? "\(base)_output" : "\(base)_output\(slot)")
            names[node.output(slot)] = name
            return name
        }
        let writer = ONNXNodeWriter(
            opset: opset, name: base, inputs: try node.inputs.map { try name(of: $0) }, outputs: outputs,
            inputTypes: node.inputs.map { graph.type(of: $0) }, outputTypes: node.outputTypes,
            names: unique
        )
        try op.export(to: writer)
        result.initializers += writer.constants
        result.nodes += writer.nodes
    }

    /// A node without an ONNX form is computed, where that is possible before anything runs: the folded weights of a
    /// norm.
    private mutating func fold(_ node: Node) throws {
        let inputs = node.inputs.compactMap { staticValues[$0] }
        guard inputs.count == node.inputs.count else {
            throw TesseraError(
                .unsupported, at: node.path.isEmpty ? "\(node.id)" : node.path,
                found: "the op \(node.op.mnemonic), which has no ONNX form", accepted: "model graphs")
        }
        for (slot, tensor) in try Evaluator.evaluate(node.op, inputs, at: node.path).enumerated() {
            staticValues[node.output(slot)] = tensor
            names[node.output(slot)] = unique.claim("\(node.path)/\(node.op.mnemonic)\(slot)")
        }
    }

    /// The name of a value that exists; a state or constant becomes an initialiser when it is first asked for.
    private mutating func name(of value: Value) throws -> String {
        guard let tensor = staticValues[value] else {
            guard let name = names[value] else { preconditionFailure("\(value) is read before it is made") }
            return name
        }
        let node = graph[value.node]
        let name = names[value] ?? unique.claim(node.path.isEmpty ? "constant\(value.node.rawValue)" : node.path)
        names[value] = name
        if writtenInitializers.insert(name).inserted {
            result.initializers.append(ONNXInitializer(name: name, tensor: tensor))
        }
        return name
    }
}
