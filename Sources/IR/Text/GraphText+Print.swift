import TesseraTensors

/// The graph as text: one node a line, attributes only where they differ from the default, large constants by digest.
/// `GraphText.parse(GraphText.print(graph), …)` gives the same graph.
public enum GraphText {
    static let inlineElementLimit = 16

    /// Whether the elements of a constant stand in the text; of others only the digest does.
    public static func printsInline(_ literal: TensorLiteral) -> Bool {
        literal.tensor.map { $0.elementCount <= inlineElementLimit } ?? false
    }

    public static func print(_ graph: Graph) -> String {
        var lines = ["graph \(quoted(graph.name)) {"]
        lines += graph.nodes.map { "  " + print($0) }
        lines += graph.outputs.map { "  output \(quoted($0.name)) = \($0.value)" }
        lines += graph.updates.map { "  update \(quoted($0.path)) = \($0.value)" }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    /// One node: `%4 = relu(%3) : f32[1,64,128,128]  @blocks.3.norm1  from %1, %2  generation 1`.
    public static func print(_ node: Node) -> String {
        var line = "\(node.id) = \(node.op.mnemonic)(\(node.inputs.map(\.description).joined(separator: ", ")))"
        for text in attributes(of: node.op) { line += " " + text }
        line += " : " + node.outputTypes.map(print).joined(separator: ", ")
        if !node.path.isEmpty { line += "  @" + quotedIfNeeded(node.path) }
        if !node.origins.isEmpty { line += "  from " + node.origins.map(\.description).joined(separator: ", ") }
        if node.generation != 0 { line += "  generation \(node.generation)" }
        return line
    }

    /// `name=value` for every attribute that differs from the op's default.
    public static func attributes(of op: any Op) -> [String] {
        let defaults = type(of: op).init().attributes
        return zip(op.attributes, defaults).compactMap { attribute, standard in
            attribute.value == standard.value ? nil : "\(attribute.name)=\(print(attribute.value))"
        }
    }

    static func print(_ value: AttributeValue) -> String {
        switch value {
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .ints(let numbers): "[" + numbers.map(String.init).joined(separator: ",") + "]"
        case .float(let bits): print(Double(bitPattern: bits))
        case .floats(let bits): "[" + bits.map { print(Double(bitPattern: $0)) }.joined(separator: ",") + "]"
        case .string(let text): quoted(text)
        case .type(let type): print(type)
        case .tensor(let literal): print(literal)
        }
    }

    /// As the type's description, but for names of dimensions that are no words or could be read as numbers: those are
    /// quoted.
    static func print(_ type: TensorType) -> String {
        let dimensions = type.dimensions.map { dimension in
            guard case .named(let name) = dimension else { return dimension.description }
            return Int(name) == nil ? quotedIfNeeded(name) : quoted(name)
        }
        return "\(type.element.rawValue)[\(dimensions.joined(separator: ","))]"
    }

    /// Always with a point, an exponent or a word, so that it cannot be read as an integer; NaN keeps its bits.
    static func print(_ number: Double) -> String {
        if number.isNaN { return "nan:0x" + String(number.bitPattern, radix: 16) }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        return number.description
    }

    private static func print(_ literal: TensorLiteral) -> String {
        guard printsInline(literal), let tensor = literal.tensor else {
            return "\(print(literal.type))#\(literal.digest)"
        }
        let elements: [String] =
            switch tensor.element {
            case .float64, .float32, .float16, .bfloat16: tensor.doubles().map(print)
            case .bool: tensor.array(of: Bool.self).map { $0 ? "true" : "false" }
            case .uint64: tensor.array(of: UInt64.self).map(String.init)
            default: tensor.converted(to: .int64).array(of: Int64.self).map(String.init)
            }
        return "\(print(literal.type)){\(elements.joined(separator: ","))}"
    }

    /// In double quotes, with quotes, backslashes and control characters escaped.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func quotedIfNeeded(_ text: String) -> String {
        !text.isEmpty && text.unicodeScalars.allSatisfy { isWordScalar($0) } ? text : quoted(text)
    }

    /// What may stand in a bare word: letters, digits and the punctuation of layer paths.
    static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-/+:".unicodeScalars.contains(scalar)
    }
}
