import TesseraIR
import TesseraTensors

/// dy → dx [N, C, spatial]: every cell of a window receives dy divided by the window's divisor.
public struct AveragePoolGradient: DefinedOp {
    public static let mnemonic = "averagePoolGradient"
    public static let fields = [
        Field<AveragePoolGradient>("kernel", \.pool.kernel),
        Field<AveragePoolGradient>("strides", \.pool.strides, normal: .emptyWhereAll(1)),
        Field<AveragePoolGradient>("pads", \.pool.pads, normal: .emptyWhereAll(0)),
        Field<AveragePoolGradient>("dilations", \.pool.dilations, normal: .emptyWhereAll(1)),
        Field<AveragePoolGradient>("ceilMode", \.pool.ceilMode),
        Field<AveragePoolGradient>("countsPadding", \.pool.countsPadding),
        Field<AveragePoolGradient>("spatial", \.spatial),
    ]
    public var pool = AveragePool()
    /// The spatial extents of the pool's input.
    public var spatial: [Int] = [1]

    public init() {}
    public init(of pool: AveragePool, spatial: [Int]) {
        self.pool = pool
        self.spatial = spatial
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 1)
        let dx = TensorType(inputs[0].element, Array(inputs[0].dimensions.prefix(2)) + spatial.map { .fixed($0) })
        let forward = try pool.outputTypes(for: [dx])[0]
        try require(forward == inputs[0], "dy of type \(inputs[0])", accepted: "the pool's output, \(forward)")
        return [dx]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let shape = try outputTypes(for: inputs.map(\.type))[0].shape!
        return try Definition.floating(inputs, like: inputs[0].element) { type, inputs in
            [scatter(type, inputs[0], shape)]
        }
    }

    private func scatter<T: DefinitionFloat>(_: T.Type, _ dy: Tensor, _ shape: [Int]) -> Tensor {
        let plane = spatial.reduce(1, *), pooled = Array(dy.shape.dropFirst(2))
        let taps = pool.window.taps(input: spatial, output: pooled),
            divisors = pool.divisors(input: spatial, output: pooled)
        var dx = [Double](repeating: 0, count: shape.reduce(1, *))
        dy.withElements(T.self) { dy in
            for (position, window) in taps.enumerated() {
                for image in 0..<shape[0] * shape[1] {
                    let part = Double(dy[image * taps.count + position]) / divisors[position]
                    for tap in window { dx[image * plane + tap.input] += part }
                }
            }
        }
        return Tensor(dx.map { T($0) }, shape: shape)
    }
}

extension AveragePoolGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [pool.window.gradientFootprint] : nil
    }
}
