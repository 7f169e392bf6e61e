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

extension Convolution: CountedOp {
    /// Every output element sums over the weight of one filter.
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        outputs[0].elementCount!.clampedTimes(inputs[1].shape!.dropFirst().reduce(1, *))
    }
}

extension ConvolutionInputGradient: CountedOp {
    /// As many as the convolution itself: dy [N, M, …] and the weight [M, C/group, kernel…].
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        inputs[0].elementCount!.clampedTimes(inputs[1].shape!.dropFirst().reduce(1, *))
    }
}

extension ConvolutionWeightGradient: CountedOp {
    /// As many as the convolution itself: dy [N, M, …] and dw [M, C/group, kernel…].
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        inputs[1].elementCount!.clampedTimes(outputs[0].shape!.dropFirst().reduce(1, *))
    }
}

extension Linear: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        outputs[0].elementCount!.clampedTimes(inputs[1].shape![1])
    }
}

extension MatrixMultiply: CountedOp {
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        let a = inputs[0].shape!
        return outputs[0].elementCount!.clampedTimes(a[a.count - (transposesA ? 2 : 1)])
    }
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
    fileprivate func clampedTimes(_ other: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? .max : product
    }

    fileprivate func clampedPlus(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
