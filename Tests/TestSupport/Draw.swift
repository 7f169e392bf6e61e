import TesseraTensors

/// Seeded values for tests, as float64 tensors of numbers that float32 holds too. The name chooses the numbers, so that
/// one test more changes those of no other.
package enum Draw {
    private static func tensor(_ name: String, _ shape: [Int], _ body: (inout RandomStream) -> Double) -> Tensor {
        var stream = RandomStream(seed: 1, name: name)
        return Tensor((0..<shape.reduce(1, *)).map { _ in Double(Float(body(&stream))) }, shape: shape)
    }

    package static func normal(_ name: String, _ shape: [Int]) -> Tensor { tensor(name, shape) { $0.normal() } }

    /// Uniform in 0.5…1.5: scales and variances.
    package static func positive(_ name: String, _ shape: [Int]) -> Tensor {
        tensor(name, shape) { $0.uniform(0.5...1.5) }
    }

    /// Normal, but at least 0.05 away from every point: no finite difference crosses a kink there.
    package static func normal(_ name: String, _ shape: [Int], clearOf points: [Double]) -> Tensor {
        tensor(name, shape) { stream in
            while true {
                let value = stream.normal()
                if points.allSatisfy({ abs(value - $0) > 0.05 }) { return value }
            }
        }
    }

    /// The numbers −n/2 · 0.1, … in random order: no two are equal, so every maximum is clear.
    package static func distinct(_ name: String, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 1, name: name)
        let count = shape.reduce(1, *)
        return Tensor((0..<count).map { Double(Float($0 - count / 2) * 0.1) }.shuffled(using: &stream), shape: shape)
    }

    package static func flags(_ name: String, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 1, name: name)
        return Tensor((0..<shape.reduce(1, *)).map { _ in stream.uniform() < 0.5 }, shape: shape)
    }
}
