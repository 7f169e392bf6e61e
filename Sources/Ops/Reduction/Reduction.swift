import TesseraIR
import TesseraTensors

/// What reductions over axes share.
enum Reduction {
    static func resolve(_ axes: [Int], rank: Int, by op: any Op) throws -> Set<Int> {
        // A scalar has no axes; 0 and −1 are taken for all of none, as elsewhere.
        if rank == 0, axes.allSatisfy({ (-1...0).contains($0) }) { return [] }
        return axes.isEmpty ? Set(0..<rank) : try Set(axes.map { try op.normalizedAxis($0, rank: rank) })
    }

    static func outputType(of input: TensorType, axes: [Int], keepsDimensions: Bool, by op: any Op) throws -> TensorType {
        let reduced = try resolve(axes, rank: input.rank, by: op)
        return TensorType(input.element, input.dimensions.enumerated().compactMap { axis, dimension in
            reduced.contains(axis) ? (keepsDimensions ? .fixed(1) : nil) : dimension
        })
    }

    /// Calls `body` with every input offset and the offset of the output element it belongs to.
    static func forEach(_ shape: [Int], axes: [Int], _ body: (_ input: Int, _ output: Int) -> Void) {
        let reduced = Set(axes.isEmpty ? Array(shape.indices) : axes.map { $0 < 0 ? $0 + shape.count : $0 })
        let kept = shape.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
        for (input, output) in Broadcast.offsets([kept], to: shape)[0].enumerated() { body(input, output) }
    }

    static func outputCount(_ shape: [Int], axes: [Int]) -> Int {
        let reduced = Set(axes.isEmpty ? Array(shape.indices) : axes.map { $0 < 0 ? $0 + shape.count : $0 })
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
    static func spread(_ dy: Value, over x: Value, axes: [Int], factor: Double, _ context: GradientContext) throws -> Value {
        let type = context.type(of: x)
        guard let shape = type.shape else { throw TesseraError(at: "gradient of \(context.node.op.mnemonic)", found: "the type \(type)", accepted: "bound dimensions") }
        let reduced = try resolve(axes, rank: type.rank, by: context.node.op)
        let kept = shape.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
        var gradient = dy
        if context.type(of: gradient).shape != kept { gradient = try context.add(Reshape(to: kept), gradient) }
        if factor != 1 { gradient = try context.add(Multiply(), gradient, context.builder.scalar(factor, type.element)) }
        return try context.add(BroadcastTo(shape: shape), gradient)
    }
}

extension ONNXNodeReader {
    /// The axes and keepdims of a Reduce operator: axes are an attribute, then an input from the given version on.
    /// Nil where no axes and `noop_with_empty_axes` make the operator the identity.
    func reduction(axesAreInputSince version: Int) throws -> (axes: [Int], keepsDimensions: Bool)? {
        let keeps = try bool("keepdims", default: true)
        let isIdentityWithoutAxes = try bool("noop_with_empty_axes")
        let axes = try (opset >= version ? integers(input: 1) : ints("axes")) ?? []
        return axes.isEmpty && isIdentityWithoutAxes ? nil : (axes, keeps)
    }
}

extension ONNXNodeWriter {
    func emitReduction(_ operatorType: String, axes: [Int], keepsDimensions: Bool, axesAreInputSince version: Int) {
        var attributes: [String: ONNXAttribute] = ["keepdims": .int(keepsDimensions ? 1 : 0)]
        if axes.isEmpty { return emit(operatorType, attributes: attributes) }
        if opset >= version { return emit(operatorType, inputs: inputs + [constant("axes", axes)], attributes: attributes) }
        attributes["axes"] = .ints(axes.map { Int64($0) })
        emit(operatorType, attributes: attributes)
    }
}
