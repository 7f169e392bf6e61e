import TesseraIR
import TesseraTensors

/// The same elements under another shape (ONNX Reshape 5–25): 0 keeps the input's dimension at that place, one −1 takes
/// what is left. A named dimension can be kept by 0. With `allowzero` (14–25) a 0 is an extent of 0, beside which
/// nothing can be left for −1.
public struct Reshape: DefinedOp {
    public static let mnemonic = "reshape"
    public static let fields = [
        Field<Reshape>("shape", \.target, accepted: "one −1 at most") {
            $0.filter { $0 == -1 }.count <= 1 && $0.allSatisfy { $0 >= -1 }
        },
        Field<Reshape>("allowzero", \.allowzero),
    ]
    public var target: [Int] = []
    public var allowzero = false

    public init() {}
    public init(to target: [Int]) { self.target = target }

    /// To the shape as it is, 0 included.
    public init(exactly shape: [Int]) {
        target = shape
        allowzero = shape.contains(0)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let input = inputs[0]
        try require(
            !allowzero || !target.contains(0) || !target.contains(-1), "the shape \(target) with allowzero",
            accepted: "a shape without 0 or without -1")
        // The dimensions kept in place divide out, named ones too; the rest must be numbers.
        var rest = input.dimensions
        var output: [Dimension] = []
        var known = 1, named: [Dimension] = []
        for (axis, extent) in target.enumerated() {
            if extent == 0 && !allowzero {
                try require(
                    axis < input.rank, "0 at place \(axis) for \(input)", accepted: "a place that the input has")
                output.append(input.dimensions[axis])
            } else {
                output.append(.fixed(extent))
            }
            if extent == -1 { continue }
            guard let number = output[axis].value else {
                named.append(output[axis])
                continue
            }
            let (product, overflow) = known.multipliedReportingOverflow(by: number)
            try require(!overflow, "the shape \(target) for \(input)", accepted: "a shape of as many elements")
            known = product
        }
        for name in named {
            guard let index = rest.firstIndex(of: name) else {
                throw TesseraError(
                    at: mnemonic, found: "the shape \(target) for \(input)", accepted: "named dimensions kept once")
            }
            rest.remove(at: index)
        }
        let leftover = rest.filter { $0.value == nil }, total = rest.compactMap(\.value).reduce(1, *)
        if let wildcard = target.firstIndex(of: -1) {
            if leftover.count == 1, known == total {
                output[wildcard] = leftover[0]
            } else {
                try require(
                    leftover.isEmpty && known > 0 && total % known == 0, "the shape \(target) for \(input)",
                    accepted: "a shape of as many elements; bind named dimensions first")
                output[wildcard] = .fixed(total / known)
            }
        } else {
            try require(
                leftover.isEmpty && known == total, "the shape \(target) for \(input)",
                accepted: "a shape of as many elements; bind named dimensions first")
        }
        return [TensorType(input.element, output)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        [inputs[0].reshaped(try outputTypes(for: inputs.map(\.type))[0].shape!)]
    }
}

extension Reshape: MovingOp {}

extension Reshape: DifferentiableOp {
    /// dx = dy under x's shape.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Reshape(exactly: try shape(context.type(of: context.inputs[0]), "x")), context.outputGradient)]
    }
}

extension Reshape: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Reshape", [1]) { reader in
            reader.ignore("consumed_inputs")
            guard let shape = try reader.ints("shape") else {
                throw reader.failure("no shape", accepted: "the attribute shape", kind: .invalid)
            }
            let target = try reader.openedTarget(shape, of: reader.type(0))
            return [try reader.add(Reshape(to: target), reader.input(0))]
        },
        ONNXRule("Reshape", [5, 13, 14, 19, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0), target = try reader.reshapeTarget(input: 1, of: type)
            guard try reader.bool("allowzero") else { return [try reader.add(Reshape(to: target), reader.input(0))] }
            let stated = try reader.vectorTensor(1).converted(to: .int64).array(of: Int64.self).map { Int($0) }
            return [try reader.add(reader.reshape(to: target, stated: stated, of: type), reader.input(0))]
        },
        ONNXRule("Flatten", [1, 9, 11, 13, 21, 23, 24, 25]) { reader in
            let type = try reader.type(0)
            let axis = try reader.int("axis", default: 1)
            guard axis >= 0 || reader.opset >= 11 else {
                throw reader.failure(
                    "axis \(axis) at opset \(reader.opset)", accepted: "0 to \(type.rank)", kind: .invalid)
            }
            let split = axis < 0 ? axis + type.rank : axis
            guard (0...type.rank).contains(split) else {
                throw reader.failure(
                    "axis \(axis) of \(type)", accepted: "\(-type.rank) to \(type.rank)", kind: .invalid)
            }
            if let shape = type.shape, shape.contains(0) {
                // What is left beside a 0 cannot be told by −1.
                let extents = [shape.prefix(split).reduce(1, *), shape.dropFirst(split).reduce(1, *)]
                return [try reader.add(Reshape(exactly: extents), reader.input(0))]
            }
            if split == 1 { return [try reader.add(Reshape(to: [0, -1]), reader.input(0))] }
            let inner = type.dimensions.dropFirst(split).compactMap(\.value)
            if inner.count == type.rank - split, !inner.contains(0) {
                return [try reader.add(Reshape(to: [-1, inner.reduce(1, *)]), reader.input(0))]
            }
            let outer = type.dimensions.prefix(split).compactMap(\.value)
            guard outer.count == split else {
                throw reader.failure(
                    "named dimensions on both sides of axis \(axis) in \(type)",
                    accepted: "numbers on one side: bind the names first")
            }
            let target = try reader.openedTarget([outer.reduce(1, *), -1], of: type)
            return [try reader.add(Reshape(to: target), reader.input(0))]
        },
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        if target == [0, -1], writer.inputTypes[0].rank >= 1 {
            return writer.emit("Flatten", attributes: ["axis": .int(1)])
        }
        let isAllowed = allowzero && target.contains(0)
        guard !isAllowed || writer.opset >= 14 else {
            throw writer.failure("reshape to \(target) with allowzero", accepted: "shapes without 0")
        }
        writer.emit(
            "Reshape", inputs: [writer.inputs[0], writer.constant("shape", target)],
            attributes: isAllowed ? ["allowzero": .int(1)] : [:])
    }
}

extension ONNXNodeReader {
    /// The Reshape with allowzero to `target`, in which a 0 that is not in the `stated` shape keeps a dimension. Both
    /// kinds of 0 go together only where the stated ones keep an extent of 0 too.
    fileprivate func reshape(to target: [Int], stated: [Int], of type: TensorType) throws -> Reshape {
        let zeros = stated.indices.filter { stated[$0] == 0 }
        if zeros.isEmpty { return Reshape(to: target) }
        guard !stated.contains(-1) else {
            throw failure(
                "the shape \(stated) with allowzero", accepted: "a shape without 0 or without -1", kind: .invalid)
        }
        if target == stated { return Reshape(exactly: target) }
        guard zeros.allSatisfy({ $0 < type.rank && type.dimensions[$0] == .fixed(0) }) else {
            throw failure(
                "the shape \(target) with allowzero for \(type)", accepted: "numbers: bind the named dimensions first")
        }
        return Reshape(to: target)
    }
}
