import TesseraIR
import TesseraTensors

/// (old, new) → old · momentum + new · correction · (1 − momentum): the update of a running statistic. The correction
/// turns the population variance of P values into the unbiased one that PyTorch stores, P / (P − 1). A new value that
/// is not finite is an error. The result has the old value's type.
public struct MovingAverage: DefinedOp {
    public static let mnemonic = "movingAverage"
    public static let fields = [
        Field<MovingAverage>("momentum", \.momentum), Field<MovingAverage>("correction", \.correction),
    ]
    public var momentum = 0.9
    public var correction = 1.0

    public init() {}
    public init(momentum: Double, correction: Double = 1) {
        self.momentum = momentum
        self.correction = correction
    }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 2)
        try requireFloating(inputs)
        try require(
            inputs[0].dimensions == inputs[1].dimensions, "old \(inputs[0]) and new \(inputs[1])",
            accepted: "equal dimensions")
        return [inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        let values = zip(inputs[0].doubles(), inputs[1].doubles()).map {
            $0 * momentum + $1 * correction * (1 - momentum)
        }
        return try requireFinite([Tensor(doubles: values, element: inputs[0].element, shape: inputs[0].shape)])
    }
}
