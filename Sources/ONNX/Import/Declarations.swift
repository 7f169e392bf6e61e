import TesseraIR
import TesseraTensors

extension ONNXGraph {
    /// The tensors of the initialisers by name. Throws where two have one name, or where one is not what the input of
    /// its name is declared to be.
    func initializerTensors() throws -> [String: Tensor] {
        var tensors = [String: Tensor](minimumCapacity: initializers.count)
        for initializer in initializers { try tensors.add(initializer) }
        for input in inputs {
            guard let type = tensors[input.name]?.type else { continue }
            guard input.element == nil || input.element == type.element, input.mayHave(type.dimensions) else {
                throw TesseraError(
                    at: "initialiser \(input.name)", found: "a tensor \(type)",
                    accepted: "\(input), as the input of that name is declared")
            }
        }
        return tensors
    }
}

extension [String: Tensor] {
    /// Throws where there is an initialiser of that name.
    mutating func add(_ initializer: ONNXInitializer) throws {
        guard updateValue(initializer.tensor, forKey: initializer.name) == nil else {
            throw TesseraError(
                at: "initialiser \(initializer.name)", found: "two of the same name", accepted: "different names")
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
