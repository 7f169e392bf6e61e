import TesseraIR
import TesseraTensors

/// One step of stochastic gradient descent as in PyTorch: (parameter, gradient, learning rate []) → new parameter, and
/// with momentum (parameter, gradient, learning rate, velocity) → new parameter, new velocity. g = gradient +
/// weightDecay · parameter, v' = momentum · v + g, p' = p − rate · v' (Nesterov: p − rate · (g + momentum · v'));
/// without momentum p' = p − rate · g. New values that are not finite are an error.
public struct SGDUpdate: UpdateOp {
    public static let mnemonic = "sgdUpdate"
    public static let fields = [
        Field<SGDUpdate>("momentum", \.momentum, accepted: "0 to below 1") { (0..<1).contains($0) },
        Field<SGDUpdate>("weightDecay", \.weightDecay, accepted: "not negative, finite") { $0 >= 0 && $0.isFinite },
        Field<SGDUpdate>("nesterov", \.nesterov),
    ]
    public var momentum = 0.0
    public var weightDecay = 0.0
    public var nesterov = false

    public init() {}
    public init(momentum: Double = 0, weightDecay: Double = 0, nesterov: Bool = false) {
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.nesterov = nesterov
    }

    public var slotNames: [String] { momentum == 0 ? [] : ["momentum"] }

    public func outputTypes(for inputs: [TensorType]) throws -> [TensorType] {
        try requireInputs(inputs, momentum == 0 ? 3 : 4)
        try requireFloating(inputs)
        try requireRank(inputs[2], 0...0, "the learning rate")
        for index in inputs.indices where index == 1 || index == 3 {
            try require(
                inputs[index] == inputs[0], "input \(index) of type \(inputs[index])",
                accepted: "the parameter's, \(inputs[0])")
        }
        return momentum == 0 ? [inputs[0]] : [inputs[0], inputs[3]]
    }

    public func evaluate(_ inputs: [Tensor]) throws -> [Tensor] {
        try requireFinite(Definition.floating(inputs, like: inputs[0].element) { type, inputs in step(type, inputs) })
    }

    private func step<T: DefinitionFloat>(_: T.Type, _ inputs: [Tensor]) -> [Tensor] {
        var parameter: [T] = inputs[0].array()
        let gradient: [T] = inputs[1].array(), rate = T(inputs[2].doubles()[0])
        var velocity: [T]? = momentum == 0 ? nil : inputs[3].array()
        let momentum = T(momentum), decay = T(weightDecay)
        for i in parameter.indices {
            let g = gradient[i] + decay * parameter[i]
            guard velocity != nil else {
                parameter[i] -= rate * g
                continue
            }
            velocity![i] = momentum * velocity![i] + g
            parameter[i] -= rate * (nesterov ? g + momentum * velocity![i] : velocity![i])
        }
        return [Tensor(parameter, shape: inputs[0].shape)]
            + (velocity.map { [Tensor($0, shape: inputs[0].shape)] } ?? [])
    }
}
