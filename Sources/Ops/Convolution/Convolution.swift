import TesseraIR
import TesseraTensors

/// Cross-correlation over any number of spatial axes (ONNX Conv 1–22): x [N, C, …], weight [M, C/group, kernel…],
/// optional bias [M]. Depthwise where group = C. y[n, m, p] = bias[m] + Σ x[n, c, p·stride − pad + k·dilation] ·
/// weight[m, c, k]; padding counts as 0.
public struct Convolution: DefinedOp {
    public static let mnemonic = "conv"
    public static let fields = [
        Field<Convolution>(
            "strides", \.strides, onnx: "strides", normal: .emptyWhereAll(1), accepted: "positive numbers"
        ) {
            $0.allSatisfy { $0 > 0 }
        },
        Field<Convolution>("pads", \.pads, onnx: "pads", normal: .emptyWhereAll(0)),
        Field<Convolution>(
            "dilations", \.dilations, onnx: "dilations", normal: .emptyWhereAll(1), accepted: "positive numbers"
        ) {
            $0.allSatisfy { $0 > 0 }
        },
        Field<Convolution>("group", \.group, onnx: "group", accepted: "at least 1") { $0 > 0 },
    ]
    public var strides: [Int] = []
    public var pads: [Int] = []
    public var dilations: [Int] = []
    public var group = 1

    public init() {}
    public init(strides: [Int] = [], pads: [Int] = [], dilations: [Int] = [], group: Int = 1) {
        self.strides = strides
        self.pads = pads
        self.dilations = dilations
        self.group = group
    }

    public func window(kernel: [Int]) -> Window {
        Window(kernel: kernel, strides: strides, pads: pads, dilations: dilations)
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2...3)
        try requireFloating(inputs)
        try requireSameElement(inputs)
        let x = inputs[0]
        try require(x.rank >= 3, "x of type \(x)", accepted: "[N, C, spatial…]")
        try requireRank(inputs[1], x.rank...x.rank, "the weight")
        let weight = try shape(inputs[1], "the weight")
        let channels = try number(x.dimensions[1], "x")
        try require(
            group <= max(weight[0], 1) && channels == weight[1] * group && weight[0] % group == 0,
            "\(channels) channels, a weight \(weight) and \(group) groups",
            accepted: "channels = weight[1] × group, weight[0] divisible by group")
        if inputs.count == 3 {
            try require(inputs[2].shape == [weight[0]], "a bias \(inputs[2])", accepted: "[\(weight[0])]")
        }
        let spatial = try x.dimensions.dropFirst(2).map { try number($0, "x") }
        let output = try window(kernel: Array(weight.dropFirst(2))).outputExtents(of: spatial, at: mnemonic)
        return [TensorType(x.element, [x.dimensions[0], .fixed(weight[0])] + output.map { .fixed($0) })]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let output = try outputTypes(for: inputs.map(\.type))[0].shape!
        // Both types are spelled out so that the loops are compiled for them, which is much faster than generic code.
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [type is Double.Type ? convolve(Double.self, inputs, output) : convolve(Float.self, inputs, output)]
        }
    }

    private func convolve<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor], _ outputShape: [Int]) -> Tensor {
        let x = inputs[0], weight = inputs[1]
        let kernel = Array(weight.shape.dropFirst(2)), spatial = Array(x.shape.dropFirst(2))
        let taps = window(kernel: kernel).taps(input: spatial, output: Array(outputShape.dropFirst(2)))
        let inputPlane = spatial.reduce(1, *), kernelSize = kernel.reduce(1, *)
        let channelsPerGroup = weight.shape[1], filtersPerGroup = weight.shape[0] / group
        let bias: [T]? = inputs.count == 3 ? inputs[2].array() : nil
        var result = [T](repeating: 0, count: outputShape.reduce(1, *))
        x.withElements(T.self) { x in
            weight.withElements(T.self) { weight in
                for (position, window) in taps.enumerated() {
                    for n in 0..<outputShape[0] {
                        for m in 0..<outputShape[1] {
                            let firstChannel = n * channelsPerGroup * group + m / filtersPerGroup * channelsPerGroup
                            var sum = bias.map { Double($0[m]) } ?? 0
                            for c in 0..<channelsPerGroup {
                                let plane = (firstChannel + c) * inputPlane,
                                    filter = (m * channelsPerGroup + c) * kernelSize
                                for tap in window {
                                    sum += Double(x[plane + tap.input]) * Double(weight[filter + tap.kernel])
                                }
                            }
                            result[(n * outputShape[1] + m) * taps.count + position] = T(sum)
                        }
                    }
                }
            }
        }
        return Tensor(result, shape: outputShape)
    }
}

extension Convolution: CountedOp {
    /// Every output element sums over the weight of one filter.
    public func multiplyAdds(inputs: [TensorType], outputs: [TensorType]) -> Int {
        outputs[0].elementCount!.clampedTimes(inputs[1].shape!.dropFirst().reduce(1, *))
    }
}

extension Convolution: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        guard inputs[0].rank == 4, let weight = inputs[1].shape else { return nil }
        let kernel = Array(weight.dropFirst(2))
        return [window(kernel: kernel).footprint] + inputs.dropFirst().map { _ in nil }
    }
}

extension Convolution: DifferentiableOp {
    /// y = conv(x, w) + b: dx = convInputGradient(dy, w), dw = convWeightGradient(x, dy), db = Σ over batch and pixels
    /// of dy.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let x = context.type(of: context.inputs[0]), weight = context.type(of: context.inputs[1])
        let dy = context.outputGradient
        let dx =
            context.isWanted[0]
            ? try context.add(
                ConvolutionInputGradient(of: self, spatial: try x.dimensions.dropFirst(2).map { try number($0, "x") }),
                dy, context.inputs[1]) : nil
        let dw =
            context.isWanted[1]
            ? try context.add(
                ConvolutionWeightGradient(
                    of: self, kernel: try weight.dimensions.dropFirst(2).map { try number($0, "the weight") }),
                context.inputs[0], dy) : nil
        guard context.inputs.count == 3 else { return [dx, dw] }
        let db = context.isWanted[2] ? try context.add(ReduceSum(axes: [0] + Array(2..<x.rank)), dy) : nil
        return [dx, dw, db]
    }
}

extension Convolution: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("Conv", [1, 11, 22], states: [1: .parameter, 2: .parameter]) { reader in
            let x = try reader.type(0), weight = try reader.type(1)
            guard weight.rank >= 3, x.rank == weight.rank, let kernel = weight.shape.map({ Array($0.dropFirst(2)) })
            else {
                throw reader.failure(
                    "x \(x) and a weight \(weight)", accepted: "[N, C, spatial…] and [M, C/group, kernel…]",
                    kind: .invalid)
            }
            if let stated = try reader.ints("kernel_shape"), stated != kernel {
                throw reader.failure("kernel_shape \(stated)", accepted: "the weight's \(kernel)", kind: .invalid)
            }
            var op = Convolution(
                strides: try reader.ints("strides") ?? [], dilations: try reader.ints("dilations") ?? [],
                group: try reader.int("group", default: 1))
            op.pads = try reader.pads(
                kernel: kernel, strides: op.strides, dilations: op.dilations, input: Array(x.dimensions.dropFirst(2)))
            let operands = try [reader.input(0), reader.input(1)] + (reader.optionalInput(2).map { [$0] } ?? [])
            return try reader.addAll(op, operands)
        }
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        var attributes = writer.attributes(of: self)
        attributes["kernel_shape"] = .ints(writer.inputTypes[1].shape!.dropFirst(2).map { Int64($0) })
        writer.emit("Conv", attributes: attributes)
    }
}
