/// The t for which |T| < t with the given probability, where T has Student's distribution.
package func studentTQuantile(central probability: Double, degreesOfFreedom: Double) -> Double {
    inverted(probability) { t in
        regularizedIncompleteBeta(t * t / (degreesOfFreedom + t * t), 0.5, degreesOfFreedom / 2)
    }
}

/// The f for which F < f with the given probability, where F has the F distribution.
package func fQuantile(_ probability: Double, _ numerator: Double, _ denominator: Double) -> Double {
    inverted(probability) { f in
        regularizedIncompleteBeta(numerator * f / (numerator * f + denominator), numerator / 2, denominator / 2)
    }
}

/// The smallest number from 0 to 2⁵⁰⁰ at which a rising function reaches `value`: bisection over bit patterns, which
/// have the order of the numbers above 0.
private func inverted(_ value: Double, _ function: (Double) -> Double) -> Double {
    var low = Double(0).bitPattern, high = (0x1p500).bitPattern
    while low < high {
        let middle = low + (high - low) / 2
        if function(Double(bitPattern: middle)) < value { low = middle + 1 } else { high = middle }
    }
    return Double(bitPattern: low)
}
