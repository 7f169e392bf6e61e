import TesseraIR
import TesseraTensors

/// The mean over some axes (ONNX ReduceMean 1–18; GlobalAveragePool is the mean over all spatial axes). No axes means
/// all of them.
public struct ReduceMean: DefinedOp {
    public static let mnemonic = "reduceMean"
    public static let fields = [
        Field<ReduceMean>("axes", \.axes), Field<ReduceMean>("keepsDimensions", \.keepsDimensions),
    ]
    public var axes: [Int] = []
    public var keepsDimensions = false

    public init() {}
    public init(axes: [Int], keepsDimensions: Bool = false) {
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        try requireFloating(inputs)
        return [try Reduction.outputType(of: inputs[0], axes: axes, keepsDimensions: keepsDimensions, by: self)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        let count = Double(inputs[0].elementCount) / Double(shape.reduce(1, *))
        return [
            Tensor(
                doubles: Reduction.sums(of: inputs[0], axes: axes).map { $0 / count }, element: inputs[0].element,
                shape: shape)
        ]
    }
}

extension ReduceMean: DifferentiableOp {
    /// y = Σ x / P: dx = dy / P repeated along the averaged axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let input = try shape(context.type(of: context.inputs[0]), "x"),
            output = try shape(context.type(of: context.output()), "y")
        let factor = Double(output.reduce(1, *)) / Double(input.reduce(1, *))
        return [
            try Reduction.spread(context.outputGradient, over: context.inputs[0], axes: axes, factor: factor, context)
        ]
    }
}

extension ReduceMean: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("ReduceMean", [1, 11, 13, 18]) { reader in
            guard let (axes, keeps) = try reader.reduction(axesAreInputSince: 18) else { return [try reader.input(0)] }
            return [try reader.add(ReduceMean(axes: axes, keepsDimensions: keeps), reader.input(0))]
        },
        ONNXRule("GlobalAveragePool", [1, 22]) { reader in
            let rank = try reader.type(0).rank
            guard rank > 2 else {
                throw reader.failure("x of rank \(rank)", accepted: "[N, C, spatial…]", kind: .invalid)
            }
            return [try reader.add(ReduceMean(axes: Array(2..<rank), keepsDimensions: true), reader.input(0))]
        },
    ]

    public func export(to writer: ONNXNodeWriter) throws {
        let rank = writer.inputTypes[0].rank
        if keepsDimensions, rank > 2, axes == Array(2..<rank) {
            writer.emit("GlobalAveragePool")
        } else {
            writer.emitReduction("ReduceMean", axes: axes, keepsDimensions: keepsDimensions, axesAreInputSince: 18)
        }
    }
}
