import TesseraIR
import TesseraTensors

/// Readers of operands by their kind. What an operand must be is said here and nowhere else; its element type is
/// checked against the operator's schema before.
extension ONNXNodeReader {
    /// The number of a constant input; nil where the input is missing. One element is a scalar for runtimes too.
    func scalar(_ index: Int) throws -> Double? {
        try requireScalar(index)
        return optionalInput(index) == nil ? nil : try constant(index).doubles()[0]
    }

    /// Throws where an input is neither a scalar nor a vector of one element.
    func requireScalar(_ index: Int) throws {
        guard let type = optionalInput(index).map(builder.type(of:)) else { return }
        guard type.dimensions.isEmpty || type.dimensions == [1] else {
            throw failure("\(place(of: index)), of type \(type)", accepted: "a scalar", kind: .invalid)
        }
    }

    /// The numbers of a constant vector of integers; nil where the input is missing.
    func vector(_ index: Int, acceptsScalar: Bool = false) throws -> [Int]? {
        guard optionalInput(index) != nil else { return nil }
        let tensor = try vectorTensor(index, acceptsScalar: acceptsScalar)
        if let name = openDimensions.name(in: tensor) {
            throw failure(
                "\(place(of: index)), which holds the open dimension \(name)",
                accepted: "a number: bind \(name) first")
        }
        return tensor.converted(to: .int64).array(of: Int64.self).map { Int($0) }
    }

    /// A constant vector of integers, which may hold stand-ins for open dimensions.
    func vectorTensor(_ index: Int, acceptsScalar: Bool = false) throws -> Tensor {
        let type = try type(index)
        guard type.rank == 1 || acceptsScalar && type.rank == 0 else {
            throw failure("\(place(of: index)), of type \(type)", accepted: "a vector", kind: .invalid)
        }
        return try constant(index)
    }

    /// An input that broadcasts to dimensions and does not enlarge them; nil where it is missing.
    func oneWay(_ index: Int, onto dimensions: [Dimension]) throws -> Value? {
        guard let value = optionalInput(index) else { return nil }
        let type = builder.type(of: value), target = "[" + dimensions.map(\.description).joined(separator: ",") + "]"
        guard type.rank <= dimensions.count,
            zip(type.dimensions.reversed(), dimensions.reversed()).allSatisfy({ $0 == 1 || $0 == $1 })
        else {
            throw failure(
                "\(place(of: index)), of type \(type)", accepted: "what broadcasts to the result \(target)",
                kind: .invalid)
        }
        return value
    }

    /// All inputs of a variadic operator joined by a binary op, from the first on. Where its version does not broadcast
    /// they have one shape.
    func joined(by op: any Op, broadcasts: Bool) throws -> Value {
        let operands = try allInputs()
        guard let first = operands.first else { throw failure("no inputs", accepted: "at least 1", kind: .invalid) }
        if !broadcasts {
            let type = builder.type(of: first)
            for index in operands.indices where builder.type(of: operands[index]).dimensions != type.dimensions {
                throw failure(
                    "\(place(of: index)), of type \(builder.type(of: operands[index]))",
                    accepted: "the shape of input 0, \(type): opset 8 brought broadcasting", kind: .invalid)
            }
        }
        return try operands.dropFirst().reduce(first) { try add(op, $0, $1) }
    }

    /// Axes of a tensor counted from its start; throws where there is no such axis or one stands there twice.
    func axes(_ stated: [Int], rank: Int) throws -> [Int] {
        let axes = try stated.map { try axis($0, rank: rank) }
        guard Set(axes).count == axes.count else {
            throw failure("the axes \(stated)", accepted: "every axis once", kind: .invalid)
        }
        return axes
    }

    /// An axis counted from the end where negative; throws where the tensor has no such axis.
    func axis(_ axis: Int, rank: Int) throws -> Int {
        guard axis >= -rank, axis < rank else {
            throw failure(
                "the axis \(axis) of a tensor of rank \(rank)",
                accepted: rank == 0 ? "none" : "\(-rank) to \(rank - 1)", kind: .invalid)
        }
        return axis < 0 ? axis + rank : axis
    }

    /// What errors call an input: its number, and its name in the file.
    func place(of index: Int) -> String {
        "input \(index)" + (index < node.inputs.count && !node.inputs[index].isEmpty ? ", \(node.inputs[index])" : "")
    }
}
