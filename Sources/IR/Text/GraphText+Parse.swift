import TesseraTensors

extension GraphText {
    /// Parses what `print` writes. Constants over sixteen elements are looked up in `constants` by digest; where one is
    /// missing the graph holds its digest only. Throws with the line where the text does not fit.
    public static func parse(_ text: String, catalog: OpCatalog, constants: [String: Tensor] = [:]) throws -> Graph {
        var scanner = GraphScanner(text)
        try scanner.expect("graph")
        var graph = Graph(name: try scanner.string())
        try scanner.expect("{")
        while !scanner.take("}") {
            if scanner.take("output") {
                let name = try scanner.string()
                try scanner.expect("=")
                graph.outputs.append(.init(name: name, value: try existing(&scanner, in: graph)))
            } else if scanner.take("update") {
                let path = try scanner.string()
                try scanner.expect("=")
                graph.updates.append(.init(path: path, value: try existing(&scanner, in: graph)))
            } else {
                try parseNode(&scanner, into: &graph, catalog, constants)
            }
        }
        return graph
    }

    private static func existing(_ scanner: inout GraphScanner, in graph: Graph) throws -> Value {
        let value = try scanner.value()
        guard graph.contains(value.node), value.slot < graph[value.node].outputTypes.count else {
            throw scanner.failure("a value that an earlier line defines, not \(value)")
        }
        return value
    }

    private static func parseNode(
        _ scanner: inout GraphScanner, into graph: inout Graph, _ catalog: OpCatalog, _ constants: [String: Tensor]
    ) throws {
        let id = try scanner.value().node, line = scanner.line
        if graph.contains(id) { throw scanner.failure("a node id that is not yet used; \(id) is") }
        try scanner.expect("=")
        let mnemonic = try scanner.word()
        guard let opType = catalog[mnemonic] else { throw scanner.failure("an op of the catalogue, not \(mnemonic)") }
        var op: any Op = opType.init()
        try scanner.expect("(")
        let inputs = try scanner.list(until: ")") { try $0.value() }
        while !scanner.peek(":") {
            let name = try scanner.word()
            try scanner.expect("=")
            let value = try attributeValue(&scanner, constants)
            do { try op.setAttribute(name, to: value) } catch let error as TesseraError {
                throw error.within("graph text, line \(scanner.line)")
            }
        }
        try scanner.expect(":")
        var stated: [TensorType] = []
        if !scanner.peek("@") && !scanner.peek("%") && !scanner.peek("}") {
            repeat { stated.append(try scanner.tensorType()) } while scanner.take(",")
        }
        let path = scanner.take("@") ? (scanner.peek("\"") ? try scanner.string() : try scanner.word()) : ""
        var origins: [NodeID] = []
        if scanner.take("from") { repeat { origins.append(try scanner.value().node) } while scanner.take(",") }
        let generation = scanner.take("generation") ? try scanner.count() : 0
        let place = "graph text, line \(line), \(id)", node: Node
        do {
            node = try graph.append(op, inputs, path: path, origins: origins, id: id, generation: generation)
        } catch let error as TesseraError { throw error.within(place) }
        guard node.outputTypes == stated else {
            throw TesseraError(
                at: place, found: "the type \(stated)", accepted: "what the op gives: \(node.outputTypes)")
        }
    }

    private static func attributeValue(_ scanner: inout GraphScanner, _ constants: [String: Tensor]) throws
        -> AttributeValue
    {
        if scanner.peek("\"") { return .string(try scanner.string()) }
        if scanner.take("[") {
            let words = try scanner.list(until: "]") { try $0.word() }
            let numbers = words.compactMap { Int($0) }
            if numbers.count == words.count { return .ints(numbers) }
            return .floats(
                bits: try words.map { word in
                    guard let number = number(word) else { throw scanner.failure("a number, not \(word)") }
                    return number.bitPattern
                })
        }
        var ahead = scanner
        let word = try ahead.word()
        if ahead.peek("["), ElementType(rawValue: word) != nil {
            let type = try scanner.tensorType()
            if scanner.take("#") { return .tensor(try literal(type, digest: try scanner.word(), constants)) }
            guard scanner.take("{") else { return .type(type) }
            return .tensor(
                TensorLiteral(try tensor(type, elements: try scanner.list(until: "}") { try $0.word() }, scanner)))
        }
        scanner = ahead
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            if let integer = Int(word) { return .int(integer) }
            if let number = number(word) { return .float(number) }
            throw scanner.failure("an attribute value, not \(word)")
        }
    }

    private static func literal(_ type: TensorType, digest: String, _ constants: [String: Tensor]) throws
        -> TensorLiteral
    {
        guard let tensor = constants[digest] else { return TensorLiteral(type: type, digest: digest) }
        let literal = TensorLiteral(tensor)
        guard literal.type == type, literal.digest == digest else {
            throw TesseraError(
                at: "constant #\(digest)", found: "a tensor \(literal.type)#\(literal.digest)",
                accepted: "\(type)#\(digest)")
        }
        return literal
    }

    /// The product of the extents, nil where it is beyond every tensor.
    private static func count(of shape: [Int]) -> Int? {
        shape.reduce(1) { product, extent in
            guard let product, case let (result, overflow) = product.multipliedReportingOverflow(by: extent), !overflow
            else { return nil }
            return result
        }
    }

    private static func number(_ word: String) -> Double? {
        if word.hasPrefix("nan:0x") { return UInt64(word.dropFirst(6), radix: 16).map(Double.init(bitPattern:)) }
        return Double(word)
    }

    private static func tensor(_ type: TensorType, elements: [String], _ scanner: GraphScanner) throws -> Tensor {
        guard let shape = type.shape, count(of: shape) == elements.count else {
            throw scanner.failure("as many elements as \(type) has")
        }
        func all<T>(_ parse: (String) -> T?) throws -> [T] {
            try elements.map { element in
                guard let value = parse(element) else { throw scanner.failure("an element of \(type), not \(element)") }
                return value
            }
        }
        switch type.element {
        case .bool: return Tensor(try all(Bool.init), shape: shape)
        case .uint64: return Tensor(try all { UInt64($0) }, shape: shape)
        case let element where element.isInteger:
            return Tensor(try all { Int64($0).flatMap { element.holds($0) ? $0 : nil } }, shape: shape).converted(
                to: element)
        case let element: return Tensor(doubles: try all(number), element: element, shape: shape)
        }
    }
}

extension ElementType {
    /// Whether an integer type (but for uint64) has the number.
    fileprivate func holds(_ number: Int64) -> Bool {
        let bits = Int64(byteCount * 8)
        if bits == 64 { return true }
        return isSignedInteger
            ? (-(1 << (bits - 1))..<1 << (bits - 1)).contains(number) : (0..<1 << bits).contains(number)
    }
}
