import TesseraIR
import TesseraTensors

/// The checks that typing rules share. Each throws with what was found and what is accepted.
extension Op {
    func require(_ condition: Bool, _ found: @autoclosure () -> String, accepted: @autoclosure () -> String) throws {
        if !condition { throw TesseraError(at: mnemonic, found: found(), accepted: accepted()) }
    }

    func requireInputs(_ inputs: [TensorType], _ count: ClosedRange<Int>) throws {
        try require(
            count.contains(inputs.count), "\(inputs.count) inputs",
            accepted: count.lowerBound == count.upperBound
                ? "\(count.lowerBound)"
                : count.upperBound == .max
                    ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        )
    }

    func requireInputs(_ inputs: [TensorType], _ count: Int) throws { try requireInputs(inputs, count...count) }

    func requireFloating(_ inputs: [TensorType]) throws {
        for (index, type) in inputs.enumerated() {
            guard type.element.isFloatingPoint else {
                throw TesseraError(
                    .unsupported, at: mnemonic, found: "input \(index) of type \(type)",
                    accepted: "a floating-point type")
            }
        }
    }

    /// All inputs have the element type of the first.
    func requireSameElement(_ inputs: [TensorType]) throws {
        for (index, type) in inputs.enumerated() {
            try require(
                type.element == inputs[0].element, "input \(index) of type \(type)",
                accepted: "the element type of input 0, \(inputs[0].element.rawValue)")
        }
    }

    func requireRank(_ type: TensorType, _ ranks: ClosedRange<Int>, _ what: String) throws {
        try require(
            ranks.contains(type.rank), "\(what) of type \(type)",
            accepted: ranks.lowerBound == ranks.upperBound
                ? "rank \(ranks.lowerBound)" : "rank \(ranks.lowerBound) to \(ranks.upperBound)")
    }

    /// The dimension as a number; a name must be bound first.
    func number(_ dimension: Dimension, _ what: String) throws -> Int {
        guard let value = dimension.value else {
            throw TesseraError(
                at: mnemonic, found: "the dimension \(dimension) of \(what)",
                accepted: "a number: bind \(dimension) first")
        }
        return value
    }

    /// The shape in numbers; names must be bound first.
    func shape(_ type: TensorType, _ what: String) throws -> [Int] { try type.dimensions.map { try number($0, what) } }

    /// An axis counted from the end where negative.
    func normalizedAxis(_ axis: Int, rank: Int) throws -> Int {
        try require(
            axis >= -rank && axis < rank, "the axis \(axis) of a tensor of rank \(rank)",
            accepted: "\(-rank) to \(rank - 1)")
        return axis < 0 ? axis + rank : axis
    }
}
