import RealModule
import TesseraIR
import TesseraOps
import TesseraTensors

/// What training makes small: a mean over all elements of prediction and target, written as ops of the graph.
public enum Loss: Sendable, Equatable {
    /// α x² for |x| < β and |x| − γ beyond, x = prediction − target (the smooth loss of "An Efficient CNN for Hand
    /// X-Ray Overall Scoring of Rheumatoid Arthritis", Complexity 2022). It is continuous where α β² = β − γ.
    case smooth(alpha: Double = 0.5, beta: Double = 1, gamma: Double = 0.5)
    /// |x|.
    case l1
    /// x².
    case l2
    /// −t log σ(p) − (1 − t) log(1 − σ(p)) of logits p and targets t in 0...1, in the form softplus(p) − t p that does
    /// not overflow.
    case binaryCrossEntropy

    /// What the user should know about the choice, or nil: a smooth loss with a jump.
    public var warning: String? {
        guard case .smooth(let alpha, let beta, let gamma) = self else { return nil }
        let inside = alpha * beta * beta, outside = beta - gamma
        guard abs(inside - outside) > 1e-9 * max(abs(inside), abs(outside), 1) else { return nil }
        return
            "the smooth loss is not continuous: at |x| = β = \(beta) it jumps from α β² = \(inside) to β − γ = \(outside); γ = \(beta - inside) would close the gap"
    }

    /// Throws where a coefficient is out of range.
    public func validate() throws {
        guard case .smooth(let alpha, let beta, let gamma) = self else { return }
        guard alpha > 0, beta >= 0, alpha.isFinite, beta.isFinite, gamma.isFinite else {
            throw TesseraError(
                at: "smooth loss", found: "α \(alpha), β \(beta), γ \(gamma)", accepted: "α > 0, β ≥ 0, finite numbers")
        }
    }

    /// Whether the prediction is a logit, of which the probability is the sigmoid.
    public var predictsLogits: Bool { self == .binaryCrossEntropy }

    /// The mean loss of the network's outputs against targets, as the graph computes it.
    func mean(outputs: [Double], targets: [Double]) -> Double {
        let terms = zip(outputs, targets).map { output, target in
            let x = abs(output - target)
            return switch self {
            case .l1: x
            case .l2: x * x
            case .smooth(let alpha, let beta, let gamma): x < beta ? alpha * x * x : x - gamma
            case .binaryCrossEntropy:
                max(output, 0) + Double.log(onePlus: Double.exp(-abs(output))) - output * target
            }
        }
        return terms.reduce(0, +) / Double(max(terms.count, 1))
    }

    /// Adds the loss of a prediction and a target of the same type to a graph; a scalar.
    public func add(prediction: Value, target: Value, to builder: GraphBuilder) throws -> Value {
        try validate()
        func node(_ op: any Op, _ inputs: Value...) throws -> Value { try builder.add(op, inputs, path: "loss")[0] }
        let type = builder.type(of: prediction)
        guard builder.type(of: target) == type else {
            throw TesseraError(
                at: "loss", found: "a prediction \(type) and a target \(builder.type(of: target))",
                accepted: "equal types")
        }
        func scalar(_ number: Double) throws -> Value { try builder.scalar(number, type.element) }
        let difference = { try node(Subtract(), prediction, target) }
        let terms: Value
        switch self {
        case .l1: terms = try node(Absolute(), difference())
        case .l2:
            let x = try difference()
            terms = try node(Multiply(), x, x)
        case .smooth(let alpha, let beta, let gamma):
            let x = try difference()
            let size = try node(Absolute(), x)
            let inside = try node(Multiply(), node(Multiply(), x, x), scalar(alpha))
            let outside = try node(Subtract(), size, scalar(gamma))
            terms = try node(Where(), node(Less(), size, scalar(beta)), inside, outside)
        case .binaryCrossEntropy:
            terms = try node(Subtract(), node(Softplus(), prediction), node(Multiply(), prediction, target))
        }
        return try node(ReduceMean(axes: Array(0..<type.rank)), terms)
    }
}

extension Loss: Codable {
    private enum CodingKeys: String, CodingKey { case name, alpha, beta, gamma }

    /// The name without coefficients: `smooth`, `l1`, `l2`, `bce`.
    public var name: String {
        switch self {
        case .smooth: "smooth"
        case .l1: "l1"
        case .l2: "l2"
        case .binaryCrossEntropy: "bce"
        }
    }

    /// The loss of that name with its default coefficients; throws where there is none.
    public init(named name: String) throws {
        let all: [Loss] = [.smooth(), .l1, .l2, .binaryCrossEntropy]
        guard let loss = all.first(where: { $0.name == name }) else {
            throw TesseraError(at: "loss", found: "'\(name)'", accepted: all.map(\.name).joined(separator: ", "))
        }
        self = loss
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(named: container.decode(String.self, forKey: .name))
        if case .smooth(let alpha, let beta, let gamma) = self {
            self = .smooth(
                alpha: try container.decodeIfPresent(Double.self, forKey: .alpha) ?? alpha,
                beta: try container.decodeIfPresent(Double.self, forKey: .beta) ?? beta,
                gamma: try container.decodeIfPresent(Double.self, forKey: .gamma) ?? gamma
            )
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        if case .smooth(let alpha, let beta, let gamma) = self {
            try container.encode(alpha, forKey: .alpha)
            try container.encode(beta, forKey: .beta)
            try container.encode(gamma, forKey: .gamma)
        }
    }
}
