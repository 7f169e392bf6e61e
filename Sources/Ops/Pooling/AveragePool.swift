import TesseraIR
import TesseraTensors

/// The mean over sliding windows (ONNX AveragePool 7–22). Padding counts in the divisor only with `countsPadding`, and
/// then only the declared padding, never the overhang that rounding up makes.
public struct AveragePool: DefinedOp {
    public static let mnemonic = "averagePool"
    public static let fields = [
        Field<AveragePool>("kernel", \.kernel, onnx: "kernel_shape", accepted: "positive numbers") {
            !$0.isEmpty && $0.allSatisfy { $0 > 0 }
        },
        Field<AveragePool>(
            "strides", \.strides, onnx: "strides", normal: .emptyWhereAll(1), accepted: "positive numbers"
        ) {
            $0.allSatisfy { $0 > 0 }
        },
        Field<AveragePool>("pads", \.pads, onnx: "pads", normal: .emptyWhereAll(0)),
        Field<AveragePool>("dilations", \.dilations, normal: .emptyWhereAll(1)),
        Field<AveragePool>("ceilMode", \.ceilMode, onnx: "ceil_mode"),
        Field<AveragePool>("countsPadding", \.countsPadding, onnx: "count_include_pad"),
    ]
    public var kernel: [Int] = [1]
    public var strides: [Int] = []
    public var pads: [Int] = []
    public var dilations: [Int] = []
    public var ceilMode = false
    public var countsPadding = false

    public init() {}
    public init(
        kernel: [Int], strides: [Int] = [], pads: [Int] = [], dilations: [Int] = [], ceilMode: Bool = false,
        countsPadding: Bool = false
    ) {
        self.kernel = kernel
        self.strides = strides
        self.pads = pads
        self.dilations = dilations
        self.ceilMode = ceilMode
        self.countsPadding = countsPadding
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

    /// The divisor of every window, in row-major order of the output positions; 1 where a dilated window reads padding
    /// alone.
    package func divisors(input: [Int], output: [Int]) -> [Double] {
        kernel.indices.reduce([1.0]) { result, axis in
            let counts = cells(axis, input: input[axis], output: output[axis])
            return result.flatMap { outer in counts.map { outer * Double($0) } }
        }.map { max($0, 1) }
    }

    /// How many cells count of each window along an axis; a divisor is the product over the axes, at least 1.
    public func cells(_ axis: Int, input: Int, output: Int) -> [Int] {
        let window = window
        let counted = countsPadding ? -window.padsBegin[axis]..<input + window.padsEnd[axis] : 0..<input
        return (0..<output).map { window.taps(axis, at: $0, in: counted).count }
    }

    private func pool<T: DefinitionFloat>(_: T.Type, _ x: Tensor, _ output: [Int]) -> Tensor {
        let spatial = Array(x.shape.dropFirst(2)), plane = spatial.reduce(1, *), pooled = Array(output.dropFirst(2))
        let taps = window.taps(input: spatial, output: pooled), divisors = divisors(input: spatial, output: pooled)
        var values = [T](repeating: 0, count: output.reduce(1, *))
        x.withElements(T.self) { x in
            for (position, window) in taps.enumerated() {
                for image in 0..<output[0] * output[1] {
                    let sum = window.reduce(0.0) { $0 + Double(x[image * plane + $1.input]) }
                    values[image * taps.count + position] = T(sum / divisors[position])
                }
            }
        }
        return Tensor(values, shape: output)
    }
}

extension AveragePool: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [window.footprint] : nil
    }
}

extension AveragePool: DifferentiableOp {
    /// dx receives dy / divisor in every cell of the window.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.type(of: context.inputs[0])
        return [
            try context.add(
                AveragePoolGradient(of: self, spatial: try x.dimensions.dropFirst(2).map { try number($0, "x") }),
                context.outputGradient)
        ]
    }
}

extension AveragePool: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("AveragePool", [1, 7, 10, 11, 19, 22]) { reader in
            let spatial = Array(try reader.type(0).dimensions.dropFirst(2))
            let kernel = try reader.ints("kernel_shape") ?? [], strides = try reader.ints("strides") ?? [],
                dilations = try reader.ints("dilations") ?? []
            let pads = try reader.pads(kernel: kernel, strides: strides, dilations: dilations, input: spatial)
            let op = AveragePool(
                kernel: kernel, strides: strides, pads: pads, dilations: dilations,
                ceilMode: try reader.bool("ceil_mode"), countsPadding: try reader.bool("count_include_pad"))
            return [try reader.add(op, reader.input(0))]
        }
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        var attributes = try writer.attributes(of: self, window: window)
        let countsPadding = countsPadding && pads.contains { $0 != 0 }
        attributes["count_include_pad"] = .int(countsPadding ? 1 : 0)
        if dilations.contains(where: { $0 != 1 }) {
            guard writer.opset >= 19 else {
                throw writer.failure("dilations \(dilations) at opset \(writer.opset)", accepted: "opset 19 or newer")
            }
            attributes["dilations"] = .ints(dilations.map { Int64($0) })
        }
        let (type, result) = (writer.inputTypes[0], writer.outputTypes[0])
        let output = result.dimensions.dropFirst(2).compactMap(\.value), cells = kernel.reduce(1, *)
        let divisors = divisors(input: type.dimensions.dropFirst(2).compactMap(\.value), output: output)
        guard countsPadding, ceilMode, divisors.contains(where: { $0 != Double(cells) }) else {
            return writer.emit("AveragePool", attributes: attributes)
        }
        // The overhang of rounding up counts as padding where it is written as such: its share is undone.
        let average = writer.intermediate("average")
        let shares = Tensor(
            doubles: divisors.map { Double(cells) / $0 }, element: type.element, shape: [1, 1] + output)
        writer.emit("AveragePool", outputs: [average], attributes: attributes)
        writer.emit("Mul", inputs: [average, writer.constant("share", shares)])
    }
}
