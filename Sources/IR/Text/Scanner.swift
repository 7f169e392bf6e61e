import TesseraTensors

/// Reads the tokens of the graph text and knows the line they stand in.
struct GraphScanner {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private(set) var line = 1

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    func failure(_ accepted: String) -> TesseraError {
        let rest = String(String.UnicodeScalarView(scalars[index...].prefix(24).prefix { $0 != "\n" }))
        return TesseraError(
            at: "graph text, line \(line)", found: rest.isEmpty ? "the end of the line" : "\"\(rest)\"",
            accepted: accepted)
    }

    private mutating func skipSpace() {
        while index < scalars.count, scalars[index].properties.isWhitespace {
            if scalars[index] == "\n" { line += 1 }
            index += 1
        }
    }

    /// Consumes `text` if it comes next.
    mutating func take(_ text: String) -> Bool {
        skipSpace()
        let wanted = Array(text.unicodeScalars)
        guard index + wanted.count <= scalars.count, Array(scalars[index..<index + wanted.count]) == wanted else {
            return false
        }
        index += wanted.count
        return true
    }

    mutating func expect(_ text: String) throws {
        guard take(text) else { throw failure("\"\(text)\"") }
    }

    /// Whether `text` comes next, without consuming it.
    func peek(_ text: String) -> Bool {
        var copy = self
        return copy.take(text)
    }

    /// A run of word characters (letters, digits, `._-/+:`).
    mutating func word() throws -> String {
        skipSpace()
        let start = index
        while index < scalars.count, GraphText.isWordScalar(scalars[index]) { index += 1 }
        guard index > start else { throw failure("a word") }
        return String(textName: String(String.UnicodeScalarView(scalars[start..<index])))
    }

    /// A quoted string with its escapes resolved; as a name, what is not in normalisation form C is escaped.
    mutating func string() throws -> String {
        try expect("\"")
        var result = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != "\"" {
            guard scalars[index] != "\n" else { throw failure("a quote before the end of the line") }
            guard scalars[index] == "\\" else {
                result.append(scalars[index])
                index += 1
                continue
            }
            index += 1
            if take("n") {
                result.append("\n")
            } else if take("u{") {
                guard let code = UInt32(try word(), radix: 16), let scalar = Unicode.Scalar(code) else {
                    throw failure("a code point")
                }
                result.append(scalar)
                guard index < scalars.count, scalars[index] == "}" else { throw failure("\"}\"") }
                index += 1
            } else {
                guard index < scalars.count else { throw failure("an escaped character") }
                result.append(scalars[index])
                index += 1
            }
        }
        guard index < scalars.count else { throw failure("the end of the string") }
        index += 1
        return String(textName: String(result))
    }

    /// Items separated by commas up to `closing`, which is consumed.
    mutating func list<T>(until closing: String, _ item: (inout GraphScanner) throws -> T) throws -> [T] {
        var result: [T] = []
        if take(closing) { return result }
        repeat { result.append(try item(&self)) } while take(",")
        try expect(closing)
        return result
    }

    /// `%4` or `%4.1`.
    mutating func value() throws -> Value {
        try expect("%")
        let parts = try word().split(separator: ".", omittingEmptySubsequences: false)
        // Passes number their nodes on from the largest one.
        guard parts.count <= 2, let node = Int(parts[0]), let slot = parts.count > 1 ? Int(parts[1]) : 0,
            (0..<(1 << 40)).contains(node), slot >= 0
        else {
            throw failure("a value such as %4 or %4.1")
        }
        return Value(NodeID(node), slot: slot)
    }

    /// A number that is not negative.
    mutating func count() throws -> Int {
        guard let number = Int(try word()), number >= 0 else { throw failure("a number that is not negative") }
        return number
    }

    /// `f32[N,3,64,64]`.
    mutating func tensorType() throws -> TensorType {
        guard let element = ElementType(rawValue: try word()) else {
            throw failure(ElementType.allCases.map(\.rawValue).joined(separator: ", "))
        }
        try expect("[")
        return TensorType(
            element,
            try list(until: "]") { scanner in
                if scanner.peek("\"") { return .named(try scanner.string()) }
                let word = try scanner.word()
                guard let number = Int(word) else { return .named(word) }
                guard number >= 0 else { throw scanner.failure("a dimension that is not negative, not \(number)") }
                return .fixed(number)
            })
    }
}
