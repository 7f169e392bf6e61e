import TesseraTensors

/// The header of a safetensors file as it stands there, not yet checked against the file. Strict as the reference
/// reader (huggingface/safetensors 0.8), and stricter where that one loses something: no key may stand twice.
struct SafetensorsHeader {
    struct Entry {
        var name: String
        var elementName: String
        var shape: [Int]
        var begin: Int
        var end: Int
    }

    /// In the order of their data.
    private(set) var entries: [Entry] = []
    private(set) var metadata: [String: String] = [:]

    /// Throws where the bytes are no JSON object of entries, with the entry and the place.
    init(_ bytes: [UInt8]) throws {
        var scanner = JSONScanner(bytes)
        try scanner.object { scanner, key in
            if key == "__metadata__" {
                do {
                    try scanner.object { scanner, key in metadata[key] = try scanner.string() }
                } catch let error as TesseraError { throw error.within(key) }
            } else {
                do { entries.append(try Self.entry(key, &scanner)) } catch let error as TesseraError {
                    throw error.within("tensor \(key)")
                }
            }
        }
        try scanner.end()
        entries.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    }

    private static func entry(_ name: String, _ scanner: inout JSONScanner) throws -> Entry {
        var elementName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { scanner, key in
            switch key {
            case "dtype": elementName = try scanner.string()
            case "shape": shape = try Self.numbers(&scanner)
            case "data_offsets": offsets = try Self.numbers(&scanner)
            default: try scanner.skip()
            }
        }
        guard let elementName, let shape, let offsets else {
            let missing = elementName == nil ? "dtype" : shape == nil ? "shape" : "data_offsets"
            throw scanner.failure("an entry without \(missing)", accepted: "dtype, shape and data_offsets")
        }
        guard offsets.count == 2 else {
            throw scanner.failure("\(offsets.count) data_offsets", accepted: "two: begin and end")
        }
        return Entry(
            name: String(typedName: name), elementName: elementName, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private static func numbers(_ scanner: inout JSONScanner) throws -> [Int] {
        var numbers: [Int] = []
        try scanner.list { scanner in numbers.append(try scanner.count()) }
        return numbers
    }
}

extension SafetensorsHeader.Entry {
    func element(at location: String) throws -> ElementType {
        guard let element = ElementType(safetensorsName: elementName) else {
            throw TesseraError(
                .unsupported, at: location, found: "the element type \(elementName)",
                accepted: ElementType.allCases.map(\.safetensorsName).joined(separator: ", "))
        }
        return element
    }

    /// The size of the tensor, from its shape.
    func byteCount(of element: ElementType, at location: String, room: Int) throws -> Int {
        var size = element.byteCount
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow else {
                throw TesseraError(at: location, found: "the shape \(shape)", accepted: "no more than \(room) bytes")
            }
            size = product
        }
        return size
    }
}
