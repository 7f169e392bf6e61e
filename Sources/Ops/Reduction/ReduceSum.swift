import TesseraIR
import TesseraTensors

/// The sum over some axes (ONNX ReduceSum 1–13); integers wrap on overflow. No axes means all of them.
public struct ReduceSum: DefinedOp {
    public static let mnemonic = "reduceSum"
    public static let fields = [
        Field<ReduceSum>("axes", \.axes), Field<ReduceSum>("keepsDimensions", \.keepsDimensions),
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
        return [try Reduction.outputType(of: inputs[0], axes: axes, keepsDimensions: keepsDimensions, by: self)]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        if inputs[0].element.isInteger { return [Reduction.integerSums(of: inputs[0], axes: axes, shape: shape)] }
        let sums = Reduction.sums(of: inputs[0], axes: axes)
        return [Tensor(doubles: sums, element: inputs[0].element, shape: shape)]
    }
}

extension ReduceSum: DifferentiableOp {
    /// y = Σ x: dx = dy repeated along the summed axes.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        [try Reduction.spread(context.outputGradient, over: context.inputs[0], axes: axes, factor: 1, context)]
    }
}

extension ReduceSum: ONNXImportable, ONNXExportable {
    public static let onnxRules = [
        ONNXRule("ReduceSum", [1, 11, 13]) { reader in
            guard let (axes, keeps) = try reader.reduction(axesAreInputSince: 13) else { return [try reader.input(0)] }
            return [try reader.add(ReduceSum(axes: axes, keepsDimensions: keeps), reader.input(0))]
        }
    ]
    public func export(to writer: ONNXNodeWriter) throws {
        writer.emitReduction("ReduceSum", axes: axes, keepsDimensions: keepsDimensions, axesAreInputSince: 13)
    }
}
