import Foundation

extension RandomStream {
    /// A draw from the standard normal distribution (Box–Muller).
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
