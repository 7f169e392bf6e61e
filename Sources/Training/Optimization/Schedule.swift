import RealModule
import TesseraTensors

/// How the learning rate changes with the number of completed steps: a pure function, so resuming needs no state of it.
public enum Schedule: Sendable, Equatable {
    case constant
    /// Multiplied by `factor` after every `interval` steps.
    case step(interval: Int, factor: Double)
    /// Rises in a line over `warmUp` steps, then falls along half a cosine, which reaches `final` times the base when
    /// `total` steps are completed: the last of them has a little more. `start` is the number of steps that were
    /// completed when it began.
    case cosine(warmUp: Int, total: Int, final: Double = 0, start: Int = 0)

    /// What the base learning rate is multiplied by in the step after `completed` ones.
    public func factor(at completed: Int) -> Double {
        switch self {
        case .constant: return 1
        case .step(let interval, let factor): return Double.pow(factor, Int(completed / interval))
        case .cosine(let warmUp, let total, let final, let start):
            let done = completed - start
            if done < warmUp { return Double(done + 1) / Double(warmUp) }
            let progress = min(1, Double(done - warmUp) / Double(max(total - start - warmUp, 1)))
            return final + (1 - final) * (1 + Double.cos(.pi * progress)) / 2
        }
    }

    /// Throws where a number is out of its range.
    public func validate() throws {
        switch self {
        case .constant: return
        case .step(let interval, let factor):
            guard interval > 0, factor > 0, factor.isFinite else {
                throw TesseraError(
                    at: "schedule step", found: "interval \(interval), factor \(factor)", accepted: "positive numbers")
            }
        case .cosine(let warmUp, let total, let final, let start):
            guard warmUp >= 0, start >= 0, total > start, total - start > warmUp, (0...1).contains(final) else {
                throw TesseraError(
                    at: "schedule cosine",
                    found: "warm-up \(warmUp), steps \(start) to \(total), final \(final)",
                    accepted: "0 ≤ warm-up < number of steps, final 0...1")
            }
        }
    }

    var isCosine: Bool { if case .cosine = self { true } else { false } }

    /// The same cosine begun anew after `completed` steps, to end with step `total`. Throws where the schedule is
    /// another or no steps are left.
    func restarted(at completed: Int, total: Int) throws -> Schedule {
        guard case .cosine(let warmUp, _, let final, _) = self else {
            throw TesseraError(at: "--restart-schedule", found: "a \(name) schedule", accepted: "a run with cosine")
        }
        guard total > completed, total - completed > warmUp else {
            throw TesseraError(
                at: "--restart-schedule", found: "\(max(0, total - completed)) steps to go, warm-up \(warmUp)",
                accepted: "steps beyond the warm-up: more epochs with --epochs")
        }
        return .cosine(warmUp: warmUp, total: total, final: final, start: completed)
    }
}

extension Schedule: Codable {
    private enum CodingKeys: String, CodingKey { case name, interval, factor, warmUp, total, final, start }

    public var name: String {
        switch self {
        case .constant: "constant"
        case .step: "step"
        case .cosine: "cosine"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .name) {
        case "constant": self = .constant
        case "step":
            self = .step(
                interval: try container.decode(Int.self, forKey: .interval),
                factor: try container.decode(Double.self, forKey: .factor))
        case "cosine":
            self = .cosine(
                warmUp: try container.decodeIfPresent(Int.self, forKey: .warmUp) ?? 0,
                total: try container.decode(Int.self, forKey: .total),
                final: try container.decodeIfPresent(Double.self, forKey: .final) ?? 0,
                start: try container.decodeIfPresent(Int.self, forKey: .start) ?? 0
            )
        case let name: throw TesseraError(at: "schedule", found: "'\(name)'", accepted: "constant, step, cosine")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .constant: break
        case .step(let interval, let factor):
            try container.encode(interval, forKey: .interval)
            try container.encode(factor, forKey: .factor)
        case .cosine(let warmUp, let total, let final, let start):
            try container.encode(warmUp, forKey: .warmUp)
            try container.encode(total, forKey: .total)
            try container.encode(final, forKey: .final)
            if start > 0 { try container.encode(start, forKey: .start) }
        }
    }
}
