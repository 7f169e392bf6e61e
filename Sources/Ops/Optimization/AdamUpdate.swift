import RealModule
import TesseraIR
import TesseraTensors

/// One step of Adam (Kingma & Ba 2015), or of AdamW (Loshchilov & Hutter 2019) where the weight decay is decoupled, as
/// in PyTorch: (parameter, gradient, learning rate [], completed steps [] of int64, first moment, second moment) → new
/// parameter and moments. With t = completed steps + 1 and g = gradient (+ weightDecay · parameter where coupled): m' =
/// β₁m + (1 − β₁)g, v' = β₂v + (1 − β₂)g², p' = p·(1 − rate · weightDecay where decoupled) − rate/(1 − β₁ᵗ) · m' /
/// (√v'/√(1 − β₂ᵗ) + ε). New values that are not finite are an error.
public struct AdamUpdate: UpdateOp {
    public static let mnemonic = "adamUpdate"
    public static let fields = [
        Field<AdamUpdate>("beta1", \.beta1, accepted: "0 to below 1") { (0..<1).contains($0) },
        Field<AdamUpdate>("beta2", \.beta2, accepted: "0 to below 1") { (0..<1).contains($0) },
        Field<AdamUpdate>("epsilon", \.epsilon, accepted: "above 0, finite") { $0 > 0 && $0.isFinite },
        Field<AdamUpdate>("weightDecay", \.weightDecay, accepted: "not negative, finite") { $0 >= 0 && $0.isFinite },
        Field<AdamUpdate>("decoupled", \.decoupled),
    ]
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    public var weightDecay = 0.0
    public var decoupled = false

    public init() {}
    public init(
        beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
        decoupled: Bool = false
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decoupled = decoupled
    }

    public static let readsStep = true
    public var slotNames: [String] { ["moment1", "moment2"] }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, 6)
        try requireFloating([inputs[0], inputs[2]])
        try requireRank(inputs[2], 0...0, "the learning rate")
        try require(inputs[3] == TensorType(.int64, []), "completed steps of type \(inputs[3])", accepted: "i64[]")
        for index in [1, 4, 5] {
            try require(
                inputs[index] == inputs[0], "input \(index) of type \(inputs[index])",
                accepted: "the parameter's, \(inputs[0])")
        }
        return [inputs[0], inputs[0], inputs[0]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try requireFinite(Definition.floating(inputs, like: inputs[0].element) { type, inputs in step(type, inputs) })
    }

    private func step<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> [Tensor] {
        var parameter: [T] = inputs[0].array(), first: [T] = inputs[4].array(), second: [T] = inputs[5].array()
        let gradient: [T] = inputs[1].array(), rate = inputs[2].doubles()[0], time = inputs[3].doubles()[0] + 1
        let factors = factors(rate: rate, time: time)
        let shrink = T(factors.shrink), coupled = T(decoupled ? 0 : weightDecay), stepSize = T(factors.stepSize),
            root = T(factors.secondRoot)
        let beta1 = T(beta1), beta2 = T(beta2), keep1 = T(1 - self.beta1), keep2 = T(1 - self.beta2),
            epsilon = T(epsilon)
        for i in parameter.indices {
            let g = gradient[i] + coupled * parameter[i]
            first[i] = beta1 * first[i] + keep1 * g
            second[i] = beta2 * second[i] + keep2 * g * g
            parameter[i] = parameter[i] * shrink - stepSize * first[i] / (second[i].squareRoot() / root + epsilon)
        }
        return [parameter, first, second].map { Tensor($0, shape: inputs[0].shape) }
    }

    /// What depends on rate and time only: the factor of decoupled decay, rate / (1 − β₁ᵗ) and √(1 − β₂ᵗ).
    package func factors(rate: Double, time: Double) -> (shrink: Double, stepSize: Double, secondRoot: Double) {
        (
            decoupled ? 1 - rate * weightDecay : 1, rate / (1 - Double.pow(beta1, time)),
            (1 - Double.pow(beta2, time)).squareRoot()
        )
    }
}
