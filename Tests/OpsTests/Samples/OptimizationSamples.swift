import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    private static let parameter = Draw.normal("parameter", [5, 7]), gradient = Draw.normal("gradient", [5, 7])
    private static let rate = Tensor(scalar: 0.125)
    private static let moments = [Draw.normal("first", [5, 7]), Draw.positive("second", [5, 7])]

    private static func adam(_ name: String, _ op: AdamUpdate) -> OpSample {
        OpSample(name, op, [parameter, gradient, rate, Tensor(scalar: Int64(4))] + moments)
    }

    static let optimization = [
        OpSample("plain", SGDUpdate(weightDecay: 0.01), [parameter, gradient, rate]),
        OpSample("momentum", SGDUpdate(momentum: 0.9, weightDecay: 0.01), [parameter, gradient, rate, moments[0]]),
        OpSample("Nesterov", SGDUpdate(momentum: 0.9, nesterov: true), [parameter, gradient, rate, moments[0]]),
        adam("coupled decay", AdamUpdate(weightDecay: 0.01)),
        adam("decoupled decay", AdamUpdate(beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.01, decoupled: true)),
        OpSample("above the limit", ClipFactor(limit: 2), [parameter, Draw.normal("other", [3])]),
        OpSample("below the limit", ClipFactor(limit: 1000), [parameter], exact: true),
        OpSample("finite", RequireFinite(), [rate, gradient, Draw.normal("other", [3])], exact: true),
        OpSample("counter", Increment(), [Tensor(scalar: Int64(41))], exact: true),
    ]
}
