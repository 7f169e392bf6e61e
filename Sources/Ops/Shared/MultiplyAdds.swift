import TesseraIR
import TesseraTensors

/// An op whose work is counted in multiplications with an addition each. Everything else (element-wise ops, norms,
/// pooling, sums, biases) counts as 0, as is usual when models are compared; floating-point operations are twice the
/// multiply-adds.
public protocol CountedOp: Op {
    /// Taps in the padding count like any other. All dimensions must be numbers, of types that `outputTypes(for:)`
    /// accepts.
    func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int
}

extension Graph {
    /// The multiply-adds of a node; its dimensions must be numbers.
    public func multiplyAdds(of node: Node) -> Int {
        (node.op as? any CountedOp)?.multiplyAdds(inputs: node.inputs.map { type(of: $0) }, outputs: node.outputTypes)
            ?? 0
    }

    /// The multiply-adds of one run of the graph as it stands, named dimensions replaced by the numbers of `binding`.
    /// Throws where one is left.
    public func multiplyAdds(binding: [String: Int] = [:]) throws -> Int {
        let bound = try self.binding(binding)
        if let open = bound.inputs.first(where: { $0.type.shape == nil }) {
            throw TesseraError(
                at: "input \(open.name)", found: "the type \(open.type)", accepted: "a number for every dimension")
        }
        return bound.nodes.reduce(0) { $0.clampedPlus(bound.multiplyAdds(of: $1)) }
    }

    /// Two for each multiply-add.
    public func floatingPointOperations(binding: [String: Int] = [:]) throws -> Int {
        try multiplyAdds(binding: binding).clampedTimes(2)
    }
}

/// A file may describe more work than an Int counts: numbers that are not negative, at most the largest one.
extension Int {
    func clampedTimes(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }

    fileprivate func clampedPlus(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
