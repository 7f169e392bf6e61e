import TesseraIR
import TesseraTensors

/// Replaces calls of model-local functions by their bodies, with names of their own and the call's attributes.
struct FunctionInliner {
    private let model: ONNXModel
    /// Nodes, calls and the names of values in them.
    private static let limit = 10_000_000
    /// Functions inside functions.
    private static let depthLimit = 32

    private struct Key: Hashable {
        let domain: String, name: String, overload: String
    }

    init(_ model: ONNXModel) { self.model = model }

    /// The model without functions. Throws where functions call themselves, are defined twice or are written in other
    /// operator sets than the model.
    func inlined() throws -> ONNXModel {
        guard !model.functions.isEmpty else { return model }
        let functions = try Dictionary(
            model.functions.map { (Key(domain: $0.domain, name: $0.name, overload: $0.overload), $0) }
        ) { first, _ in
            throw TesseraError(at: "function \(first.name)", found: "a second one of that name", accepted: "one")
        }
        var result = model
        for function in model.functions {
            guard let version = function.operatorSets[""] else { continue }
            // A model of custom operators alone names no standard set: its functions' one counts.
            let own = result.operatorSets[""] ?? version
            result.operatorSets[""] = own
            guard version == own else {
                throw TesseraError(
                    .unsupported, at: "function \(function.name)", found: "opset \(version)",
                    accepted: "\(own), as elsewhere in the model")
            }
        }
        result.functions = []
        result.graph.nodes = []
        var steps = 0
        for node in model.graph.nodes {
            try expand(node, functions, depth: 0, steps: &steps, into: &result.graph.nodes)
        }
        return result
    }

    private func expand(
        _ node: ONNXNode, _ functions: [Key: ONNXFunction], depth: Int, steps: inout Int, into nodes: inout [ONNXNode]
    ) throws {
        // Calls count too: functions without nodes could call each other without end.
        steps += 1 + node.inputs.count + node.outputs.count
        guard steps < Self.limit else {
            throw TesseraError(
                at: "functions",
                found: "more than \(Self.limit) nodes, calls and names of values once they are inlined",
                accepted: "fewer")
        }
        guard let function = functions[Key(domain: node.domain, name: node.operatorType, overload: node.overload)]
        else {
            nodes.append(node)
            return
        }
        try check(node, calling: function, depth: depth)
        // Results have different names, nodes need not; the function's name keeps a call apart from the call that it
        // ends.
        let prefix = (node.outputs.first { !$0.isEmpty } ?? "") + "/" + function.name
        var names: [String: String] = ["": ""]
        for (index, formal) in function.inputs.enumerated() {
            names[formal] = index < node.inputs.count ? node.inputs[index] : ""
        }
        for (formal, actual) in zip(function.outputs, node.outputs) where !actual.isEmpty { names[formal] = actual }
        func rename(_ name: String) -> String { names[name] ?? "\(prefix)/\(name)" }
        for inner in function.nodes {
            let copy = Self.copy(
                of: inner, named: inner.name.isEmpty ? "" : "\(prefix)/\(inner.name)", in: function, calledBy: node,
                rename)
            try expand(copy, functions, depth: depth + 1, steps: &steps, into: &nodes)
        }
        // An output that is one of the inputs.
        let places = Dictionary(function.inputs.enumerated().map { ($1, $0) }) { first, _ in first }
        for (formal, actual) in zip(function.outputs, node.outputs) where !actual.isEmpty {
            guard let index = places[formal] else { continue }
            nodes.append(
                ONNXNode(
                    "Identity", name: "\(prefix)/\(formal)",
                    inputs: [index < node.inputs.count ? node.inputs[index] : ""], outputs: [actual]))
        }
    }

    /// Throws where a call does not fit its function, or calls go too deep.
    private func check(_ node: ONNXNode, calling function: ONNXFunction, depth: Int) throws {
        let place = node.place
        guard depth < Self.depthLimit else {
            throw TesseraError(
                at: place, found: "functions that call each other more than \(Self.depthLimit) deep",
                accepted: "no recursion")
        }
        guard node.inputs.count <= function.inputs.count, node.outputs.count <= function.outputs.count else {
            throw TesseraError(
                at: place, found: "\(node.inputs.count) inputs and \(node.outputs.count) outputs",
                accepted: "at most \(function.inputs.count) and \(function.outputs.count)")
        }
        let known = function.attributes + function.defaultAttributes.keys.sorted()
        if let foreign = node.attributes.keys.sorted().first(where: { !known.contains($0) }) {
            throw TesseraError(
                at: place, found: "the attribute \(foreign)",
                accepted: known.isEmpty ? "no attributes" : known.joined(separator: ", "))
        }
    }

    /// A node of a function in its caller's graph: names replaced, references to the call's attributes resolved.
    private static func copy(
        of inner: ONNXNode, named name: String, in function: ONNXFunction, calledBy node: ONNXNode,
        _ rename: (String) -> String
    ) -> ONNXNode {
        var copy = inner
        copy.inputs = inner.inputs.map(rename)
        copy.outputs = inner.outputs.map(rename)
        copy.name = name
        copy.attributes = [:]
        for (name, value) in inner.attributes {
            guard case .reference(let outer) = value else {
                copy.attributes[name] = value
                continue
            }
            if let value = node.attributes[outer] ?? function.defaultAttributes[outer] {
                copy.attributes[name] = value
            }
        }
        return copy
    }
}
