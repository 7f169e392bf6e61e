import TesseraIR
import TesseraTensors

extension ONNXGraph {
    /// Throws where an initialiser is not what the input of its name is declared to be.
    func checkInitializers() throws {
        let declared = Dictionary(inputs.map { ($0.name, $0) }) { first, _ in first }
        for initializer in initializers {
            guard let input = declared[initializer.name] else { continue }
            let type = initializer.tensor.type
            guard input.element == nil || input.element == type.element, input.mayHave(type.dimensions) else {
                throw TesseraError(
                    at: "initialiser \(initializer.name)", found: "a tensor \(type)",
                    accepted: "\(input), as the input of that name is declared")
            }
        }
    }
}

extension ONNXValueInfo {
    /// Whether a value of these dimensions fits what is declared: equal where both are numbers.
    func mayHave(_ dimensions: [Dimension]) -> Bool {
        guard let declared = self.dimensions else { return true }
        return declared.count == dimensions.count
            && zip(declared, dimensions).allSatisfy {
                guard let stated = $0?.value, let found = $1.value else { return true }
                return stated == found
            }
    }
}

extension ONNXValueInfo {
    /// The same with numbers for names that have one.
    func binding(_ extents: [String: Int]) -> ONNXValueInfo {
        var result = self
        result.dimensions = dimensions?.map { dimension in
            if case .named(let name) = dimension, let number = extents[name] { .fixed(number) } else { dimension }
        }
        return result
    }
}

/// Declared types of values beside those that they have. Runtimes refuse another element type, and go on with a warning
/// where a declared shape is another one.
struct DeclarationCheck {
    private(set) var misdeclared: [String] = []

    /// Throws where a value is declared with another element type.
    mutating func check(_ declared: ONNXValueInfo, _ type: TensorType, at place: String) throws {
        if let element = declared.element, element != type.element {
            throw TesseraError(
                at: place, found: "a value of type \(type)", accepted: "\(declared), as the file declares it")
        }
        if !declared.mayHave(type.dimensions) { misdeclared.append("\(declared.name) as \(declared), is \(type)") }
    }

    /// One note for all.
    var note: String? {
        guard let first = misdeclared.first else { return nil }
        let rest = misdeclared.count - 1
        return "the file declares \(first)" + (rest > 0 ? "; \(rest) more are not as they are declared" : "")
    }
}
