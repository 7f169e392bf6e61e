import TesseraIR
import TesseraTensors

/// (dy, x) → dx: every window's dy goes to the first maximum of the window in row-major order; where windows overlap,
/// the parts add up.
public struct MaxPoolGradient: DefinedOp {
    public static let mnemonic = "maxPoolGradient"
    public static let fields = [
        Field<MaxPoolGradient>("kernel", \.pool.kernel),
        Field<MaxPoolGradient>("strides", \.pool.strides, normal: .emptyWhereAll(1)),
        Field<MaxPoolGradient>("pads", \.pool.pads, normal: .emptyWhereAll(0)),
        Field<MaxPoolGradient>("dilations", \.pool.dilations, normal: .emptyWhereAll(1)),
        Field<MaxPoolGradient>("ceilMode", \.pool.ceilMode),
    ]
    public var pool = MaxPool()

    public init() {}
    public init(of pool: MaxPool) { self.pool = pool }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        let forward = try pool.outputTypes(for: [inputs[1]])[0]
        try require(forward == inputs[0], "dy of type \(inputs[0])", accepted: "the pool's output, \(forward)")
        return [inputs[1]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try Definition.floating(inputs, like: inputs[0].element) { type, inputs in [scatter(type, inputs[0], inputs[1])]
        }
    }

    private func scatter<T: DefinitionFloat>(_: T.Type, _ dy: Tensor, _ x: Tensor) -> Tensor {
        let spatial = Array(x.shape.dropFirst(2)), plane = spatial.reduce(1, *)
        let taps = pool.window.taps(input: spatial, output: Array(dy.shape.dropFirst(2)))
        var dx = [Double](repeating: 0, count: x.elementCount)
        x.withElements(T.self) { x in
            dy.withElements(T.self) { dy in
                for (position, window) in taps.enumerated() {
                    guard let first = window.first?.input else { continue }
                    for image in 0..<(plane == 0 ? 0 : x.count / plane) {
                        var best = first
                        for tap in window
                        where x[image * plane + tap.input] > x[image * plane + best]
                            || x[image * plane + tap.input].isNaN
                        { best = tap.input }
                        dx[image * plane + best] += Double(dy[image * taps.count + position])
                    }
                }
            }
        }
        return Tensor(dx.map { T($0) }, shape: x.shape)
    }
}

extension MaxPoolGradient: LocalOp {
    public func footprints(for inputs: [TensorType]) -> [ImageFootprint?]? {
        inputs[0].rank == 4 ? [pool.window.gradientFootprint, pool.window.neighbourFootprint] : nil
    }
}

extension MaxPoolGradient: ActivationReader {
    public var activationInput: Int { 1 }
}
