import TesseraIR
import TesseraTensors

/// The signature of an operator since one version of the standard operator set.
public struct ONNXSchema: Sendable {
    public struct Parameter: Sendable {
        public enum Count: Sendable { case one, optional, variadic }

        public let name: String
        /// A type variable of the schema, or an element type.
        public let type: String
        public let count: Count
    }

    public struct Attribute: Sendable {
        public let kind: String
        public let isRequired: Bool
    }

    public let operatorType: String
    /// The operator set that brought this form of the operator.
    public let version: Int
    public let inputs: [Parameter]
    public let outputs: [Parameter]
    public let attributes: [String: Attribute]
    /// The element types that a type variable may stand for.
    let types: [String: [ElementType]]

    /// The element types of a parameter.
    func elements(of parameter: Parameter) -> [ElementType] {
        types[parameter.type] ?? ElementType(rawValue: parameter.type).map { [$0] } ?? []
    }
}

/// The schemas of all operators that are read, in all their versions.
public enum ONNXSchemas {
    /// The operators of the table.
    public static var operatorTypes: [String] { all.keys.sorted() }

    /// The form of an operator in an operator set, the newest known one in newer sets; nil where the set does not have
    /// the operator.
    public static func schema(_ operatorType: String, operatorSet: Int) -> ONNXSchema? {
        all[operatorType]?.last { $0.version <= operatorSet }
    }

    /// All forms of an operator, the oldest first.
    public static func versions(of operatorType: String) -> [ONNXSchema] { all[operatorType] ?? [] }

    private static let all = Dictionary(
        grouping: table.split(separator: "\n").map { ONNXSchema(line: String($0)) }, by: \.operatorType
    ).mapValues { $0.sorted { $0.version < $1.version } }
}

extension ONNXSchema {
    /// Reads a line of the table, which a script wrote.
    fileprivate init(line: String) {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.split(separator: " ").map(String.init)
        }
        operatorType = parts[0][0]
        version = Int(parts[0][1])!
        inputs = parts[1].map(Parameter.init)
        outputs = parts[2].map(Parameter.init)
        attributes = Dictionary(
            uniqueKeysWithValues: parts[3].map { text in
                let (name, kind) = text.divided(at: ":")
                let isRequired = kind.hasSuffix("!")
                return (name, Attribute(kind: isRequired ? String(kind.dropLast()) : kind, isRequired: isRequired))
            })
        types = Dictionary(
            uniqueKeysWithValues: parts[4].map { text in
                let (name, elements) = text.divided(at: "=")
                return (
                    name,
                    elements == "all"
                        ? ElementType.allCases
                        : elements.split(separator: ",").map { ElementType(rawValue: String($0))! }
                )
            })
    }
}

extension ONNXSchema.Parameter {
    fileprivate init(_ text: String) {
        let (name, type) = text.divided(at: ":")
        self.name = name
        count = type.hasSuffix("?") ? .optional : type.hasSuffix("*") ? .variadic : .one
        self.type = count == .one ? type : String(type.dropLast())
    }
}

extension String {
    fileprivate func divided(at mark: Character) -> (String, String) {
        let parts = split(separator: mark, maxSplits: 1)
        return (String(parts[0]), String(parts[1]))
    }
}
