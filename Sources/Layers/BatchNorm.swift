import TesseraIR
import TesseraOps
import TesseraTensors

/// Batch normalisation over channels. Parameters `weight` (ones) and `bias` (zeros); statistics `running_mean` and
/// `running_var`.
public struct BatchNorm: Layer {
    public let name: String
    public var epsilon: Double
    /// The weight of the old running statistic (PyTorch's momentum is 1 − this).
    public var momentum: Double

    public init(_ name: String, epsilon: Double = 1e-5, momentum: Double = 0.9) {
        self.name = name
        self.epsilon = epsilon
        self.momentum = momentum
    }

    public func forward(_ x: Symbol) -> Symbol {
        let scope = x.scope, shape = [x.channels]
        return x.applying(
            BatchNormalization(epsilon: epsilon, momentum: momentum),
            scope.state("weight", shape: shape, initializer: .ones),
            scope.state("bias", shape: shape, initializer: .zeros),
            scope.state("running_mean", .statistic, shape: shape, initializer: .zeros),
            scope.state("running_var", .statistic, shape: shape, initializer: .ones)
        )
    }
}

/// Batch norm and ReLU, the opening of a pre-activation unit. The parameters stand under the layer's own path.
public struct NormReLU: Layer {
    public let name: String
    public init(_ name: String) { self.name = name }
    public func forward(_ x: Symbol) -> Symbol { ReLU()(BatchNorm("")(x)) }
}
