import TesseraIR
import TesseraTensors

/// The same elements under another shape (ONNX Reshape 5–25): 0 keeps the input's dimension at that place, one −1 takes
/// what is left. A named dimension can be kept by 0.
public struct Reshape: DefinedOp {
    public static let mnemonic = "reshape"
    public static let fields = [
        Field<Reshape>("shape", \.target, accepted: "one −1 at most") {
            $0.filter { $0 == -1 }.count <= 1 && $0.allSatisfy { $0 >= -1 }
        }
    ]
    public var target: [Int] = []

    public init() {}
    public init(to target: [Int]) { self.target = target }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let input = inputs[0]
        // The dimensions kept in place divide out, named ones too; the rest must be numbers.
        var rest = input.dimensions
        var output: [Dimension] = []
        var known = 1, named: [Dimension] = []
        for (axis, extent) in target.enumerated() {
            if extent == 0 {
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

extension Reshape: DifferentiableOp {
    /// dx = dy under x's shape.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(Reshape(to: try shape(context.type(of: context.inputs[0]), "x")), context.outputGradient)]
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
            let target = try reader.reshapeTarget(input: 1, of: reader.type(0))
            if try reader.bool("allowzero"), try reader.constant(1).doubles().contains(0) {
                throw reader.failure("allowzero with a 0 in the shape", accepted: "tensors that are not empty")
            }
            return [try reader.add(Reshape(to: target), reader.input(0))]
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
            if split == 1 { return [try reader.add(Reshape(to: [0, -1]), reader.input(0))] }
            let inner = type.dimensions.dropFirst(split).compactMap(\.value)
            if inner.count == type.rank - split {
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
        writer.emit("Reshape", inputs: [writer.inputs[0], writer.constant("shape", target)])
    }
}
