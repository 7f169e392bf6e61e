import TesseraIR
import TesseraTensors

/// Repeats along axes of extent 1 and new leading axes to the given shape (ONNX Expand with a constant shape).
public struct BroadcastTo: DefinedOp {
    public static let mnemonic = "broadcastTo"
    public static let fields = [
        Field<BroadcastTo>("shape", \.shape, accepted: "extents that are not negative") { $0.allSatisfy { $0 >= 0 } }
    ]
    public var shape: [Int] = []

    public init() {}
    public init(shape: [Int]) { self.shape = shape }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let result = try Broadcast.dimensions([inputs[0].dimensions, shape.map { .fixed($0) }], at: mnemonic)
        return [TensorType(inputs[0].element, result)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let target = try outputTypes(for: inputs.map(\.type))[0].shape!
        let x = inputs[0], size = x.element.byteCount
        var result = Tensor(uninitialized: x.element, shape: target)
        let offsets = Broadcast.offsets([x.shape], to: target)[0]
        x.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { destination in
                for (index, offset) in offsets.enumerated() {
                    (destination.baseAddress! + index * size).copyMemory(
                        from: source.baseAddress! + offset * size, byteCount: size)
                }
            }
        }
        return [result]
    }
}

extension BroadcastTo: MovingOp {}

extension BroadcastTo: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        guard shape.count == 4, let input = inputs[0].shape, input.count <= 4 else { return nil }
        guard input.count == 4 else { return [nil] }
        func along(_ axis: Int) -> Footprint { input[axis] == 1 && shape[axis] != 1 ? .repeated : .same }
        return [ImageFootprint(rows: along(2), columns: along(3))]
    }
}

extension BroadcastTo: DifferentiableOp {
    /// dx = dy summed over the repeated axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.sum(context.outputGradient, toTypeOf: context.inputs[0])]
    }
}

extension BroadcastTo: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Expand", [8, 13]) { reader in
            [try reader.add(BroadcastTo(shape: reader.vector(1) ?? []), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("Expand", inputs: [writer.inputs[0], writer.constant("shape", shape)])
    }
}
