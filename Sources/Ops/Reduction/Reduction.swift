import TesseraIR
import TesseraTensors

/// What reductions over axes share.
package enum Reduction {
    /// The axes that are reduced, of `axes` as an op holds them: all where there are none, counted from the end where
    /// negative. The op's typing has checked them, and a scalar has none.
    package static func axes(_ axes: [Int], rank: Int) -> Set<Int> {
        axes.isEmpty ? Set(0..<rank) : Set(axes.map { $0 < 0 ? $0 + rank : $0 }).intersection(0..<rank)
    }

    static func resolve(_ axes: [Int], rank: Int, by op: any Op) throws -> Set<Int> {
        // A scalar has no axes; 0 and −1 are taken for all of none, as elsewhere.
        if rank == 0, axes.allSatisfy({ (-1...0).contains($0) }) { return [] }
        for axis in axes { _ = try op.normalizedAxis(axis, rank: rank) }
        return Self.axes(axes, rank: rank)
    }

    static func outputType(of input: TensorType, axes: [Int], keepsDimensions: Bool, by op: any Op) throws -> TensorType
    {
        let reduced = try resolve(axes, rank: input.rank, by: op)
        return TensorType(
            input.element,
            input.dimensions.enumerated().compactMap { axis, dimension in
                reduced.contains(axis) ? (keepsDimensions ? .fixed(1) : nil) : dimension
            })
    }

    /// Calls `body` with every input offset and the offset of the output element it belongs to.
    static func forEach(_ shape: [Int], axes: [Int], _ body: (_ input: Int, _ output: Int) -> Void) {
        let reduced = Self.axes(axes, rank: shape.count)
        let kept = shape.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
        for (input, output) in Broadcast.offsets([kept], to: shape)[0].enumerated() { body(input, output) }
    }

    static func outputCount(_ shape: [Int], axes: [Int]) -> Int {
        let reduced = Self.axes(axes, rank: shape.count)
        return shape.enumerated().reduce(1) { reduced.contains($1.offset) ? $0 : $0 * $1.element }
    }

    static func sums(of x: Tensor, axes: [Int]) -> [Double] {
        let values = x.doubles()
        var result = [Double](repeating: 0, count: outputCount(x.shape, axes: axes))
        forEach(x.shape, axes: axes) { result[$1] += values[$0] }
        return result
    }

    static func integerSums(of x: Tensor, axes: [Int], shape: [Int]) -> Tensor {
        let values = x.converted(to: .int64).array(of: Int64.self)
        var result = [Int64](repeating: 0, count: outputCount(x.shape, axes: axes))
        forEach(x.shape, axes: axes) { result[$1] &+= values[$0] }
        return Tensor(result, shape: shape).converted(to: x.element)
    }

    /// dy · factor, repeated along the reduced axes to the type of x.
    static func spread(_ dy: Value, over x: Value, axes: [Int], factor: Double, _ context: GradientContext) throws
        -> Value
    {
        let type = context.type(of: x)
        guard let shape = type.shape else {
            throw TesseraError(
                at: "gradient of \(context.node.op.mnemonic)", found: "the type \(type)", accepted: "bound dimensions")
        }
        let reduced = try resolve(axes, rank: type.rank, by: context.node.op)
        let kept = shape.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
        var gradient = dy
        if context.type(of: gradient).shape != kept { gradient = try context.add(Reshape(exactly: kept), gradient) }
        if factor != 1 {
            gradient = try context.add(Multiply(), gradient, context.builder.scalar(factor, type.element))
        }
        return try context.add(BroadcastTo(shape: shape), gradient)
    }
}

extension ONNXNodeReader {
    /// The axes and keepdims of a Reduce operator: axes are an attribute, then an input from the given version on.
    /// Nil where no axes and `noop_with_empty_axes` make the operator the identity.
    func reduction(axesAreInputSince version: Int) throws -> (axes: [Int], keepsDimensions: Bool)? {
        let keeps = try bool("keepdims", default: true)
        let isIdentityWithoutAxes = try bool("noop_with_empty_axes")
        let axes = try (opset >= version ? vector(1) : ints("axes")) ?? []
        if axes.isEmpty { return isIdentityWithoutAxes ? nil : ([], keeps) }
        let rank = try type(0).rank
        // The op takes 0 and −1 for the axes of a scalar, as runtimes do.
        if rank > 0 { _ = try self.axes(axes, rank: rank) }
        return (axes, keeps)
    }
}

extension ONNXNodeWriter {
    func emitReduction(_ operatorType: String, axes: [Int], keepsDimensions: Bool, axesAreInputSince version: Int) {
        var attributes: [String: ONNXAttribute] = ["keepdims": .int(keepsDimensions ? 1 : 0)]
        if axes.isEmpty { return emit(operatorType, attributes: attributes) }
        if opset >= version {
            return emit(operatorType, inputs: inputs + [constant("axes", axes)], attributes: attributes)
        }
        attributes["axes"] = .ints(axes.map { Int64($0) })
        emit(operatorType, attributes: attributes)
    }
}
