import TesseraIR
import TesseraTensors

/// An op that maps every element by itself: same type out as in. Conforming types give the function; typing and
/// definition follow.
public protocol UnaryOp: DefinedOp, LocalOp {
    func apply<T: DefinitionFloat>(_ x: T) -> T
}

extension UnaryOp {
    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try requireFloating(inputs)
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [map(type, inputs[0])] }
    }

    private func map<T: DefinitionFloat>(_: T.Type, _ x: Tensor) -> Tensor {
        Tensor(x.withElements(T.self) { $0.map { apply($0) } }, shape: x.shape)
    }
}

/// An op on two operands that broadcast against each other as in NumPy (ONNX 7+): same element type in and out.
public protocol BinaryOp: DefinedOp, LocalOp {
    func apply<T: DefinitionFloat>(_ a: T, _ b: T) -> T
    /// The same on integers, wrapping on overflow; nil where the op is defined for floats only.
    func apply(_ a: Int64, _ b: Int64) -> Int64?
    /// The same on the widest unsigned integers; without it their bits are taken for signed ones.
    func apply(_ a: UInt64, _ b: UInt64) -> UInt64
}

extension BinaryOp {
    public func apply(_ a: Int64, _ b: Int64) -> Int64? { nil }
    public func apply(_ a: UInt64, _ b: UInt64) -> UInt64 {
        UInt64(bitPattern: apply(Int64(bitPattern: a), Int64(bitPattern: b))!)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireSameElement(inputs)
        let element = inputs[0].element
        try require(
            element.isFloatingPoint || element.isInteger && apply(1, 1) != nil, "operands of type \(element.rawValue)",
            accepted: "a type the op is defined for")
        return [TensorType(element, try Broadcast.dimensions(inputs.map(\.dimensions), at: mnemonic))]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let element = inputs[0].element
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        if element.isInteger {
            let offsets = Broadcast.offsets([inputs[0].shape, inputs[1].shape], to: shape)
            if element == .uint64 {
                let widest = inputs.map { $0.array(of: UInt64.self) }
                return [Tensor(zip(offsets[0], offsets[1]).map { apply(widest[0][$0], widest[1][$1]) }, shape: shape)]
            }
            let wide = inputs.map { $0.converted(to: .int64).array(of: Int64.self) }
            let results = zip(offsets[0], offsets[1]).map { apply(wide[0][$0], wide[1][$1])! }
            return [Tensor(results, shape: shape).converted(to: element)]
        }
        return try Definition.floating(inputs, like: element) { type, inputs in
            [combine(type, inputs[0], inputs[1], shape)]
        }
    }

    private func combine<T: DefinitionFloat>(_: T.Type, _ a: Tensor, _ b: Tensor, _ shape: [Int]) -> Tensor {
        a.withElements(T.self) { x in
            b.withElements(T.self) { y in
                if a.shape == b.shape { return Tensor(zip(x, y).map { apply($0, $1) }, shape: shape) }
                let offsets = Broadcast.offsets([a.shape, b.shape], to: shape)
                return Tensor(zip(offsets[0], offsets[1]).map { apply(x[$0], y[$1]) }, shape: shape)
            }
        }
    }
}

extension LocalOp {
    /// The footprints of an op that maps images [N, C, H, W] element by element, its operands repeated along axes of
    /// extent 1. Operands of fewer axes are needed whole.
    func elementwiseFootprints(_ inputs: [TensorType]) -> [ImageFootprint?]? {
        let images = inputs.filter { $0.rank == 4 }.map(\.dimensions)
        guard !images.isEmpty, inputs.allSatisfy({ $0.rank <= 4 }) else { return nil }
        func along(_ axis: Int, _ operand: [Dimension]) -> Footprint {
            operand[axis] == .fixed(1) && images.contains { $0[axis] != .fixed(1) } ? .repeated : .same
        }
        return inputs.map { type in
            type.rank == 4
                ? ImageFootprint(rows: along(2, type.dimensions), columns: along(3, type.dimensions)) : nil
        }
    }
}

extension UnaryOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? { elementwiseFootprints(inputs) }
}

extension BinaryOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? { elementwiseFootprints(inputs) }
}

/// NumPy broadcasting: shapes align at the last axis; extents agree or one of them is 1.
public enum Broadcast {
    /// The common dimensions; throws where two extents differ and neither is 1.
    public static func dimensions(_ operands: [[Dimension]], at location: String) throws -> [Dimension] {
        let rank = operands.map(\.count).max() ?? 0
        return try (0..<rank).map { axis in
            var common = Dimension.fixed(1)
            for operand in operands {
                let index = axis - rank + operand.count
                guard index >= 0, operand[index] != .fixed(1) else { continue }
                if common != .fixed(1), common != operand[index] {
                    let shapes = operands.map { "[" + $0.map(\.description).joined(separator: ",") + "]" }
                    throw TesseraError(
                        at: location, found: "the shapes \(shapes.joined(separator: " and "))",
                        accepted: "shapes that broadcast: equal extents or 1, aligned at the last axis")
                }
                common = operand[index]
            }
            return common
        }
    }

    /// Strides in elements with which a dense tensor of `shape` is read under a broadcast `target` shape: 0 along
    /// repeated axes.
    public static func strides(of shape: [Int], to target: [Int]) -> [Int] {
        var result = [Int](repeating: 0, count: target.count), stride = 1
        for axis in shape.indices.reversed() {
            result[axis + target.count - shape.count] = shape[axis] == 1 ? 0 : stride
            stride *= shape[axis]
        }
        return result
    }

    /// For each operand the element offsets, in the order of the target's elements.
    static func offsets(_ shapes: [[Int]], to target: [Int]) -> [Offsets] {
        shapes.map { Offsets(extents: target, strides: strides(of: $0, to: target)) }
    }

    /// The offsets at which the elements of a shape are read, row-major, made one after the other: there may be many.
    struct Offsets: Sequence, IteratorProtocol {
        private let extents: [Int], strides: [Int]
        private var position: [Int], offset = 0, rest: Int

        init(extents: [Int], strides: [Int]) {
            self.extents = extents
            self.strides = strides
            position = extents.map { _ in 0 }
            rest = extents.reduce(1, *)
        }

        var underestimatedCount: Int { rest }

        mutating func next() -> Int? {
            guard rest > 0 else { return nil }
            rest -= 1
            let result = offset
            var axis = extents.count - 1
            while axis >= 0 {
                position[axis] += 1
                offset += strides[axis]
                if position[axis] < extents[axis] { break }
                offset -= extents[axis] * strides[axis]
                position[axis] = 0
                axis -= 1
            }
            return result
        }
    }
}

extension GradientContext {
    /// The gradient of a broadcast operand: summed over the axes along which it was repeated.
    func sum(_ gradient: Value, toTypeOf operand: Value) throws -> Value {
        let from = type(of: gradient), to = type(of: operand)
        if from.dimensions == to.dimensions { return gradient }
        let lead = from.rank - to.rank
        let axes = (0..<from.rank).filter {
            $0 < lead || to.dimensions[$0 - lead] == .fixed(1) && from.dimensions[$0] != .fixed(1)
        }
        var result = try add(ReduceSum(axes: axes, keepsDimensions: true), gradient)
        if lead > 0 {
            let reshape = to.shape.map { Reshape(exactly: $0) } ?? Reshape(to: to.dimensions.map { $0.value ?? 0 })
            result = try add(reshape, result)
        }
        return result
    }
}

/// Arithmetic with numbers, and signs, as gradients of element-wise functions need them.
extension GradientContext {
    func scale(_ value: Value, by factor: Double) throws -> Value {
        try add(Multiply(), value, builder.scalar(factor, type(of: value).element))
    }

    func shift(_ value: Value, by addend: Double) throws -> Value {
        try add(Add(), value, builder.scalar(addend, type(of: value).element))
    }

    /// Where a value is below 0.
    func isNegative(_ value: Value) throws -> Value {
        try add(Less(), value, builder.scalar(0, type(of: value).element))
    }
}
