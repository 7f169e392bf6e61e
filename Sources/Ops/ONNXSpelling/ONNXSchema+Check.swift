import TesseraIR
import TesseraTensors

extension ONNXSchema: CustomStringConvertible {
    /// The operator with the version of its form, such as `Clip 11`.
    public var description: String { "\(operatorType) \(version)" }

    /// Throws where a node has attributes that the operator does not have, attributes of another kind, or too few or
    /// too many inputs or outputs.
    public func check(_ node: ONNXNode) throws {
        try checkAttributes(of: node)
        try checkCount(of: node.inputs, inputs, "input", of: node)
        try checkCount(of: node.outputs, outputs, "output", of: node)
    }

    /// Throws where an input has an element type that the operator does not take, or another one than an input that
    /// shares its type variable; nil stands for an input that is missing.
    public func checkElements(_ elements: [ElementType?], of node: ONNXNode) throws {
        func failure(_ index: Int, _ element: ElementType, accepted: String) -> TesseraError {
            TesseraError(
                at: node.place, found: "the \(place(of: index)), of type \(element.rawValue)", accepted: accepted)
        }
        var bound: [String: (element: ElementType, index: Int)] = [:]
        for (index, element) in elements.enumerated() {
            guard let element, let parameter = Self.parameter(index, of: inputs) else { continue }
            let allowed = self.elements(of: parameter)
            guard allowed.contains(element) else {
                throw failure(
                    index, element, accepted: "\(allowed.map(\.rawValue).joined(separator: ", ")) (\(self))")
            }
            let first = bound[parameter.type, default: (element, index)]
            guard first.element == element else {
                throw failure(
                    index, element, accepted: "\(first.element.rawValue), as the \(place(of: first.index))")
            }
            bound[parameter.type] = first
        }
    }

    private func place(of index: Int) -> String {
        "input \(index), \(Self.parameter(index, of: inputs)?.name ?? "")"
    }

    private func checkAttributes(of node: ONNXNode) throws {
        for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
            guard let attribute = attributes[name] else {
                let known = attributes.keys.sorted().joined(separator: ", ")
                throw TesseraError(
                    at: node.place, found: "the attribute \(name)",
                    accepted: "\(known.isEmpty ? "no attributes" : known) (\(self))")
            }
            guard attribute.kind == value.kind else {
                throw TesseraError(
                    at: node.place, found: "the attribute \(name), which is \(Self.words(value.kind))",
                    accepted: "\(Self.words(attribute.kind)) (\(self))")
            }
        }
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key })
        where attribute.isRequired && node.attributes[name] == nil {
            throw TesseraError(
                at: node.place, found: "no attribute \(name)", accepted: "\(Self.words(attribute.kind)) (\(self))")
        }
    }

    private func checkCount(of names: [String], _ parameters: [Parameter], _ what: String, of node: ONNXNode) throws {
        if parameters.last?.count != .variadic, names.count > parameters.count {
            let extra = names[parameters.count], known = parameters.map(\.name).joined(separator: ", ")
            throw TesseraError(
                at: node.place,
                found: "the \(what) \(parameters.count), \(extra.isEmpty ? "without a name" : extra)",
                accepted: "\(known.isEmpty ? "no \(what)s" : known) (\(self))")
        }
        for (index, parameter) in parameters.enumerated()
        where parameter.count != .optional && (index >= names.count || names[index].isEmpty) {
            throw TesseraError(
                at: node.place, found: "no \(what) \(index), \(parameter.name)", accepted: "a value there (\(self))")
        }
    }

    /// The parameter that the value at a place belongs to.
    private static func parameter(_ index: Int, of parameters: [Parameter]) -> Parameter? {
        index < parameters.count ? parameters[index] : parameters.last.flatMap { $0.count == .variadic ? $0 : nil }
    }

    private static func words(_ kind: String) -> String {
        switch kind {
        case "INT": "an integer"
        case "FLOAT": "a floating-point number"
        case "STRING": "a string"
        case "TENSOR": "a tensor"
        case "GRAPH": "a graph"
        case "INTS": "a list of integers"
        case "FLOATS": "a list of floating-point numbers"
        case "STRINGS": "a list of strings"
        case "TENSORS": "a list of tensors"
        case "GRAPHS": "a list of graphs"
        case "SPARSE_TENSOR": "a sparse tensor"
        default: "a reference to an attribute of a function"
        }
    }
}

extension ONNXAttribute {
    /// The name that ONNX gives the kind of the value.
    fileprivate var kind: String {
        switch self {
        case .int: "INT"
        case .float: "FLOAT"
        case .string: "STRING"
        case .tensor: "TENSOR"
        case .graph: "GRAPH"
        case .ints: "INTS"
        case .floats: "FLOATS"
        case .strings: "STRINGS"
        case .tensors: "TENSORS"
        case .graphs: "GRAPHS"
        case .reference: "REFERENCE"
        }
    }
}
