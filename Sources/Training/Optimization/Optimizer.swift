import TesseraIR
import TesseraOps
import TesseraTensors

/// The rule by which gradients change parameters. Weight decay is that of PyTorch: on all trained parameters, norms and
/// biases too.
public enum Optimizer: Sendable, Equatable {
    case sgd(momentum: Double = 0.9, weightDecay: Double = 0, nesterov: Bool = false)
    /// `decoupled` decay makes it AdamW.
    case adam(
        beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
        decoupled: Bool = false)

    /// The paper's: SGD with momentum 0.9 and weight decay 0.001.
    public static let paper = Optimizer.sgd(momentum: 0.9, weightDecay: 0.001)

    /// The path of the counter of completed steps, which Adam reads.
    public static let counterPath = "optimizer.step"

    /// The path of an optimiser slot of the parameter at `path`.
    static func slot(_ name: String, _ path: String) -> String { "optimizer.\(name).\(path)" }

    /// Adds the updates of parameters by their gradients, with the optimiser's own states, to a graph.
    func addUpdates(
        of parameters: [(path: String, value: Value)], gradients: [Value], learningRate: Value, to builder: GraphBuilder
    ) throws {
        let counter = usesCounter ? try builder.state(Self.counterPath, .counter, TensorType(.int64, [])) : nil
        for (parameter, gradient) in zip(parameters, gradients) {
            let type = builder.type(of: parameter.value)
            let slots = try slotNames.map { name in
                let path = Self.slot(name, parameter.path)
                return (path: path, value: try builder.state(path, .optimizer, type))
            }
            let inputs = [parameter.value, gradient, learningRate] + (counter.map { [$0] } ?? []) + slots.map(\.value)
            let results = try builder.add(update, inputs, path: parameter.path)
            builder.update(parameter.path, with: results[0])
            for (slot, value) in zip(slots, results.dropFirst()) { builder.update(slot.path, with: value) }
        }
        if let counter {
            builder.update(Self.counterPath, with: try builder.add(Increment(), [counter], path: "optimizer")[0])
        }
    }

    private var usesCounter: Bool { if case .adam = self { true } else { false } }

    private var slotNames: [String] {
        switch self {
        case .sgd(let momentum, _, _): momentum == 0 ? [] : ["momentum"]
        case .adam: ["moment1", "moment2"]
        }
    }

    private var update: any Op {
        switch self {
        case .sgd(let momentum, let weightDecay, let nesterov):
            SGDUpdate(momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
        case .adam(let beta1, let beta2, let epsilon, let weightDecay, let decoupled):
            AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
        }
    }

    /// Throws where a number is out of its range.
    public func validate() throws { try update.checkAttributes() }
}

extension Optimizer: Codable {
    private enum CodingKeys: String, CodingKey { case name, momentum, weightDecay, nesterov, beta1, beta2, epsilon }

    /// `sgd`, `adam` or `adamw`.
    public var name: String {
        switch self {
        case .sgd: "sgd"
        case .adam(_, _, _, _, let decoupled): decoupled ? "adamw" : "adam"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ standard: Double) throws -> Double {
            try container.decodeIfPresent(Double.self, forKey: key) ?? standard
        }
        let name = try container.decode(String.self, forKey: .name)
        switch name {
        case "sgd":
            let nesterov = try container.decodeIfPresent(Bool.self, forKey: .nesterov) ?? false
            self = .sgd(
                momentum: try number(.momentum, 0.9), weightDecay: try number(.weightDecay, 0), nesterov: nesterov)
        case "adam", "adamw":
            self = .adam(
                beta1: try number(.beta1, 0.9), beta2: try number(.beta2, 0.999), epsilon: try number(.epsilon, 1e-8),
                weightDecay: try number(.weightDecay, 0), decoupled: name == "adamw"
            )
        default: throw TesseraError(at: "optimiser", found: "'\(name)'", accepted: "sgd, adam, adamw")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .sgd(let momentum, let weightDecay, let nesterov):
            try container.encode(momentum, forKey: .momentum)
            try container.encode(weightDecay, forKey: .weightDecay)
            try container.encode(nesterov, forKey: .nesterov)
        case .adam(let beta1, let beta2, let epsilon, let weightDecay, _):
            try container.encode(beta1, forKey: .beta1)
            try container.encode(beta2, forKey: .beta2)
            try container.encode(epsilon, forKey: .epsilon)
            try container.encode(weightDecay, forKey: .weightDecay)
        }
    }
}
