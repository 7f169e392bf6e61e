import TesseraIR
import TesseraTensors

/// What one batch norm does while a graph is trained. It belongs to the node, so no mode flag can change it behind
/// one's back.
public enum NormPolicy: String, AttributeConvertible, CaseIterable {
    /// Normalise by the batch's statistics and update the running ones; train scale and bias.
    case train
    /// Normalise by the stored statistics, which stay as they are; train scale and bias.
    case frozenStatistics = "frozen-statistics"
    /// Nothing of the norm changes.
    case frozen
}

/// Batch normalisation by stored statistics (ONNX BatchNormalization 7–15): inputs x [N, C, …], scale, bias, mean,
/// variance, each [C]. y = (x − mean) / √(variance + ε) · scale + bias. The policy and momentum say what training makes
/// of the node.
public struct BatchNormalization: DefinedOp {
    public static let mnemonic = "batchNorm"
    public static let fields = [
        Field<BatchNormalization>("epsilon", \.epsilon, onnx: "epsilon", accepted: "not negative") { $0 >= 0 },
        Field<BatchNormalization>("momentum", \.momentum, onnx: "momentum", accepted: "0 to 1") {
            (0...1).contains($0)
        },
        Field<BatchNormalization>("policy", \.policy),
    ]
    public var epsilon = 1e-5
    /// The weight of the OLD running statistic, as in ONNX; PyTorch's momentum is 1 − this.
    public var momentum = 0.9
    public var policy = NormPolicy.train

    /// Which inputs are scale and bias, and which mean and variance.
    public static let parameters = 1...2, statistics = 3...4

    public init() {}
    public init(epsilon: Double = 1e-5, momentum: Double = 0.9, policy: NormPolicy = .train) {
        self.epsilon = epsilon
        self.momentum = momentum
        self.policy = policy
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 5)
        try requireFloating(inputs)
        try requireRank(inputs[0], 2...Int.max, "x")
        for (index, type) in inputs.enumerated().dropFirst() {
            try require(
                type.dimensions == [inputs[0].dimensions[1]], "input \(index) of type \(type)",
                accepted: "[\(inputs[0].dimensions[1])], one a channel of \(inputs[0])")
        }
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            let parameters = inputs.dropFirst().map { $0.doubles() }
            return [
                NormArithmetic.normalize(
                    type, inputs[0], scale: parameters[0], bias: parameters[1], mean: parameters[2],
                    variance: parameters[3], epsilon: epsilon)
            ]
        }
    }
}

extension BatchNormalization: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [.same] + inputs.dropFirst().map { _ in nil } : nil
    }
}

extension BatchNormalization: DifferentiableOp {
    /// With x̂ = (x − mean)/√(variance + ε): dscale = Σ dy·x̂, dbias = Σ dy, and dx as `BatchNormalizationGradient`
    /// says. Where mean and variance are the moments of x itself, dx holds what reaches x through them.
    public func gradients(_ context: GradientContext) throws -> [Value?] {
        let dy = context.outputGradient, inputs = context.inputs
        let (x, scale, statistics) = (inputs[0], inputs[1], Array(inputs[3...]))
        let moments = context.builder.graph[statistics[0].node]
        let usesBatchStatistics =
            moments.op is ChannelMoments && moments.inputs == [x]
            && statistics == [moments.output(0), moments.output(1)]
        let sums = try context.builder.add(
            BatchNormalizationGradientSums(epsilon: epsilon), [dy, x] + statistics, path: context.node.path,
            origins: context.node.modelNodes)
        let dx = try context.builder.add(
            BatchNormalizationGradient(epsilon: epsilon, usesBatchStatistics: usesBatchStatistics),
            [dy, x, scale] + statistics + (usesBatchStatistics ? sums : []), path: context.node.path,
            origins: context.node.modelNodes)
        if usesBatchStatistics || !context.isWanted[3] && !context.isWanted[4] {
            return [dx[0], sums[0], sums[1], nil, nil]
        }
        return [dx[0], sums[0], sums[1]] + (try statisticGradients(context, dscale: sums[0], dbias: sums[1]))
    }

    /// dmean = −dbias·scale/√(variance + ε) and dvariance = −½·dscale·scale/(variance + ε). Vectors are divided by
    /// deviations as norms of one row with the mean 0 and the bias 0.
    private func statisticGradients(_ context: GradientContext, dscale: Value, dbias: Value) throws -> [Value?] {
        let type = context.type(of: dscale), count = type.dimensions[0].value ?? 1
        func constant(_ number: Double) throws -> Value {
            try context.builder.constant(
                Tensor(doubles: Array(repeating: number, count: count), element: type.element, shape: [count]))
        }
        let zero = try constant(0)
        func divided(_ vector: Value, by scale: Value) throws -> Value {
            let row = try context.add(Reshape(to: [1, count]), vector)
            let quotient = try context.add(
                BatchNormalization(epsilon: epsilon, policy: .frozen), row, scale, zero, zero, context.inputs[4])
            return try context.add(Reshape(to: [count]), quotient)
        }
        let scale = context.inputs[1]
        let dmean = try context.add(Subtract(), zero, divided(dbias, by: scale))
        return [dmean, try divided(divided(dscale, by: scale), by: constant(-0.5))]
    }
}

extension BatchNormalization: ONNXImportable, ONNXExportable {
    static let onnxStates: [Int: StateKind] = [1: .parameter, 2: .parameter, 3: .statistic, 4: .statistic]

    public static let onnxRules = [
        ONNXRule("BatchNormalization", [1, 6], states: onnxStates) { reader in
            guard try reader.bool("is_test") else {
                throw reader.failure(
                    "is_test 0, training mode", accepted: "is_test 1, or a model exported for inference")
            }
            reader.ignore("consumed_inputs")
            return try inference(reader)
        },
        ONNXRule("BatchNormalization", [7, 9, 14, 15], states: onnxStates) { reader in
            if try reader.bool("training_mode") { return try training(reader) }
            if reader.node.outputs.dropFirst().contains(where: { !$0.isEmpty }) {
                guard reader.opset < 14 else {
                    throw reader.failure(
                        "\(reader.node.outputs.count) outputs with training_mode 0", accepted: "1", kind: .invalid)
                }
                return try training(reader)
            }
            return try inference(reader)
        },
    ]

    private static func inference(_ reader: ONNXNodeReader) throws -> [Value] {
        if try !reader.bool("spatial", default: true) {
            throw reader.failure("spatial 0, statistics per activation", accepted: "spatial 1")
        }
        return [try reader.addAll(reader.fields(into: BatchNormalization()), reader.allInputs())[0]]
    }

    /// Training mode in the file: normalised by the statistics of whatever batch comes; outputs are Y, running mean,
    /// running variance.
    private static func training(_ reader: ONNXNodeReader) throws -> [Value] {
        let inputs = try reader.allInputs()
        guard inputs.count == 5 else { throw reader.failure("\(inputs.count) inputs", accepted: "5", kind: .invalid) }
        var op = try reader.fields(into: BatchNormalization())
        op.policy = .frozenStatistics
        let moments = try reader.addAll(ChannelMoments(), [inputs[0]])
        let y = try reader.addAll(op, Array(inputs.prefix(3)) + moments)[0]
        func running(_ old: Value, _ new: Value) throws -> Value {
            try reader.add(MovingAverage(momentum: op.momentum), old, new)
        }
        return [y, try running(inputs[3], moments[0]), try running(inputs[4], moments[1])]
    }

    public func export(to writer: ONNXNodeWriter) throws {
        writer.emit("BatchNormalization", attributes: writer.attributes(of: self))
    }
}
