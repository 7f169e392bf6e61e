import Foundation
import TesseraTensors

/// How a parameter begins. Draws depend on the seed and the parameter's path only, so adding a layer changes no other.
public enum Initializer: Sendable, Equatable {
    case zeros
    case ones
    /// Normal with deviation √(2 / fan), He et al. 2015; the fan counts the inputs of one output (fanIn) or the outputs
    /// of one input (fanOut).
    case heNormal(fan: Int)
    /// Uniform in ±limit, such as 1/√(fan in) for linear layers.
    case uniform(limit: Double)
    case normal(deviation: Double)

    /// The initial tensor of the parameter at `path`.
    public func tensor(shape: [Int], path: String, seed: UInt64) -> Tensor {
        let count = shape.reduce(1, *)
        var stream = RandomStream(seed: seed, name: path)
        let values: [Float] =
            switch self {
            case .zeros: Array(repeating: 0, count: count)
            case .ones: Array(repeating: 1, count: count)
            case .heNormal(let fan):
                (0..<count).map { _ in Float(stream.normal() * (2 / Double(max(fan, 1))).squareRoot()) }
            case .uniform(let limit): (0..<count).map { _ in Float(stream.uniform(-limit...limit)) }
            case .normal(let deviation): (0..<count).map { _ in Float(stream.normal() * deviation) }
            }
        return Tensor(values, shape: shape)
    }
}
