import TesseraIR
import TesseraOps
import TesseraTensors

/// The rule by which gradients change parameters: an update op, whose attributes are the settings, under the name that
/// files and the command line have for it. Weight decay is that of PyTorch: on all trained parameters, norms and biases
/// too.
public struct Optimizer: Sendable {
    public let name: String
    private var update: any UpdateOp
    /// The attributes of the op that the name says already: they are no settings.
    private let implied: Set<String>

    private init(_ name: String, _ update: any UpdateOp, implying implied: Set<String> = []) {
        self.name = name
        self.update = update
        self.implied = implied
    }

    /// Every optimiser with its settings at their defaults: one line each.
    public static let all = [
        sgd(),
        adam(),
        adam(decoupled: true),
    ]

    public static func sgd(
        momentum: Double = 0.9, weightDecay: Double = SGDUpdate().weightDecay, nesterov: Bool = SGDUpdate().nesterov
    ) -> Optimizer {
        Optimizer("sgd", SGDUpdate(momentum: momentum, weightDecay: weightDecay, nesterov: nesterov))
    }

    /// `decoupled` decay makes it AdamW.
    public static func adam(
        beta1: Double = AdamUpdate().beta1, beta2: Double = AdamUpdate().beta2,
        epsilon: Double = AdamUpdate().epsilon, weightDecay: Double = AdamUpdate().weightDecay, decoupled: Bool = false
    ) -> Optimizer {
        Optimizer(
            decoupled ? "adamw" : "adam",
            AdamUpdate(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled),
            implying: ["decoupled"])
    }

    /// The paper's: SGD with momentum 0.9 and weight decay 0.001.
    public static let paper = Optimizer.sgd(momentum: 0.9, weightDecay: 0.001)

    /// The names of all, for messages.
    public static var names: String { all.map(\.name).joined(separator: ", ") }

    /// The settings with their values, in the order of the op's fields.
    var settings: [(name: String, value: AttributeValue)] {
        update.attributes.filter { !implied.contains($0.name) }
    }

    public func has(_ setting: String) -> Bool { settings.contains { $0.name == setting } }

    /// Throws where the optimiser does not have the setting, or not as a number.
    public mutating func set(_ setting: String, to value: Double) throws { try set(setting, to: .float(value)) }

    mutating func set(_ setting: String, to value: AttributeValue) throws {
        guard has(setting) else {
            throw TesseraError(
                at: "optimiser \(name)", found: "a setting \(setting)",
                accepted: settings.map(\.name).joined(separator: ", "))
        }
        try update.setAttribute(setting, to: value)
    }

    /// Throws where a number is out of its range.
    public func validate() throws { try update.checkAttributes() }
}

extension Optimizer: Equatable {
    public static func == (a: Optimizer, b: Optimizer) -> Bool { a.name == b.name && a.update.isEqual(to: b.update) }
}

extension Optimizer {
    /// The path of the counter of completed steps, for optimisers that read it.
    public static let counterPath = "optimizer.step"

    /// The path of an optimiser slot of the parameter at `path`.
    static func slot(_ name: String, _ path: String) -> String { "optimizer.\(name).\(path)" }

    /// Adds the updates of parameters by their gradients, with the optimiser's own states, to a graph.
    func addUpdates(
        of parameters: [(path: String, value: Value)], gradients: [Value], learningRate: Value, to builder: GraphBuilder
    ) throws {
        let readsStep = type(of: update).readsStep
        let counter = readsStep ? try builder.state(Self.counterPath, .counter, TensorType(.int64, [])) : nil
        for (parameter, gradient) in zip(parameters, gradients) {
            let type = builder.type(of: parameter.value)
            let slots = try update.slotNames.map { name in
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
}
