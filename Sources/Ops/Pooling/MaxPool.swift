import TesseraIR
import TesseraTensors

/// The maximum over sliding windows (ONNX MaxPool 1–22, first output): padding never wins; a dilated window all of
/// whose cells lie in padding gives −∞.
public struct MaxPool: DefinedOp {
    public static let mnemonic = "maxPool"
    public static let fields = [
        Field<MaxPool>("kernel", \.kernel, onnx: "kernel_shape", accepted: "positive numbers") {
            !$0.isEmpty && $0.allSatisfy { $0 > 0 }
        },
        Field<MaxPool>("strides", \.strides, onnx: "strides", normal: .emptyWhereAll(1), accepted: "positive numbers") {
            $0.allSatisfy { $0 > 0 }
        },
        Field<MaxPool>("pads", \.pads, onnx: "pads", normal: .emptyWhereAll(0)),
        Field<MaxPool>("dilations", \.dilations, onnx: "dilations", normal: .emptyWhereAll(1)),
        Field<MaxPool>("ceilMode", \.ceilMode, onnx: "ceil_mode"),
    ]
    public var kernel: [Int] = [1]
    public var strides: [Int] = []
    public var pads: [Int] = []
    public var dilations: [Int] = []
    public var ceilMode = false

    public init() {}
    public init(kernel: [Int], strides: [Int] = [], pads: [Int] = [], dilations: [Int] = [], ceilMode: Bool = false) {
        self.kernel = kernel
        self.strides = strides
        self.pads = pads
        self.dilations = dilations
        self.ceilMode = ceilMode
    }

    public var window: Window {
        Window(kernel: kernel, strides: strides, pads: pads, dilations: dilations, ceilMode: ceilMode)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] { [try pooledType(inputs, window)] }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let output = try outputTypes(for: inputs.map(\.type))[0].shape!
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [pool(type, inputs[0], output)]
        }
    }

    private func pool<T: DefinitionFloat>(_: T.Type, _ x: Tensor, _ output: [Int]) -> Tensor {
        let spatial = Array(x.shape.dropFirst(2)), plane = spatial.reduce(1, *)
        let taps = window.taps(input: spatial, output: Array(output.dropFirst(2)))
        var values = [T](repeating: 0, count: output.reduce(1, *))
        x.withElements(T.self) { x in
            for (position, window) in taps.enumerated() {
                for image in 0..<output[0] * output[1] {
                    var best = -T.infinity
                    for tap in window {
                        let value = x[image * plane + tap.input]
                        if value > best || value.isNaN { best = value }
                    }
                    values[image * taps.count + position] = best
                }
            }
        }
        return Tensor(values, shape: output)
    }
}

extension MaxPool: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [window.footprint] : nil
    }
}

extension MaxPool: DifferentiableOp {
    /// dx receives each window's dy at its first maximum in row-major order.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try context.add(MaxPoolGradient(of: self), context.outputGradient, context.inputs[0])]
    }
}

extension MaxPool: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("MaxPool", [1, 8, 10, 11, 12, 22]) { reader in
            // It is about the second output, which is not made.
            _ = try reader.bool("storage_order")
            let spatial = Array(try reader.type(0).dimensions.dropFirst(2))
            let kernel = try reader.ints("kernel_shape") ?? [], strides = try reader.ints("strides") ?? [],
                dilations = try reader.ints("dilations") ?? []
            let pads = try reader.pads(kernel: kernel, strides: strides, dilations: dilations, input: spatial)
            return [
                try reader.add(
                    MaxPool(
                        kernel: kernel, strides: strides, pads: pads, dilations: dilations,
                        ceilMode: reader.bool("ceil_mode")), reader.input(0))
            ]
        },
        // One window over all.
        ONNXRule("GlobalMaxPool", [1, 22]) { reader in
            let type = try reader.type(0), spatial = type.dimensions.dropFirst(2).compactMap(\.value)
            guard type.rank > 2 else {
                throw reader.failure("x of rank \(type.rank)", accepted: "[N, C, spatial…]", kind: .invalid)
            }
            guard spatial.count == type.rank - 2 else {
                throw reader.failure("named dimensions in \(type)", accepted: "numbers: bind the names first")
            }
            return [try reader.add(MaxPool(kernel: spatial), reader.input(0))]
        },
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("MaxPool", attributes: try writer.attributes(of: self, window: window))
    }
}

extension ONNXNodeWriter {
    /// The attributes of a pool with the number of its windows rounded down: on rounding up, runtimes do not agree
    /// where a window would begin in the trailing padding.
    func attributes<O: Op>(of op: O, window: Window) throws -> [String: ONNXAttribute] {
        var attributes = attributes(of: op)
        guard window.ceilMode else { return attributes }
        let input = inputTypes[0].dimensions.dropFirst(2).compactMap(\.value)
        let pads = try window.padsRoundingDown(input: input, at: name)
        guard zip(pads.suffix(window.rank), window.kernel).allSatisfy({ $0 < $1 }) else {
            throw failure(
                "a dilated window that reaches \(pads.suffix(window.rank)) cells beyond its input",
                accepted: "less than the kernel \(window.kernel), which is what runtimes allow")
        }
        attributes["ceil_mode"] = .int(0)
        attributes["pads"] = .ints(pads.map { Int64($0) })
        return attributes
    }
}

extension Op {
    /// The type of a pooled [N, C, spatial…].
    func pooledType(_ inputs: [TensorType], _ window: Window) throws -> TensorType {
        try requireInputs(inputs, 1)
        try requireFloating(inputs)
        let x = inputs[0]
        try require(x.rank == window.rank + 2, "x of type \(x)", accepted: "[N, C] and \(window.rank) spatial axes")
        try window.validate(axes: window.rank, at: mnemonic)
        for axis in 0..<window.rank {
            let pads = [window.padsBegin[axis], window.padsEnd[axis]]
            try require(
                pads.max()! < window.extent(axis), "the pads \(pads) of a window of \(window.extent(axis))",
                accepted: "pads smaller than the window")
        }
        let output = try window.outputExtents(of: x.dimensions.dropFirst(2).map { try number($0, "x") }, at: mnemonic)
        return TensorType(x.element, Array(x.dimensions.prefix(2)) + output.map { .fixed($0) })
    }
}
