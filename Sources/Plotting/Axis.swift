import Foundation

/// One axis of a plot: its label, what it covers, and ticks at round numbers (1, 2 or 5 times a power of ten).
package struct Axis {
    package let label: String
    package let lower: Double
    package let upper: Double
    package let ticks: [Double]
    private let step: Double

    /// Covers the finite ones of `values` from tick to tick. `isWhole` keeps ticks at whole numbers, as for epochs;
    /// `includesZero` begins or ends at 0.
    package init(
        _ label: String, covering values: [Double], includesZero: Bool = false, isWhole: Bool = false,
        tickCount: Int = 6
    ) {
        self.label = label
        let finite = values.filter(\.canBeDrawn)
        var low = finite.min() ?? 0, high = finite.max() ?? 1
        if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
        if high - low <= 1e-12 * max(abs(low), abs(high)) {
            let margin = low == 0 ? 0.5 : abs(low) * 0.1
            (low, high) = (low - margin, high + margin)
        }
        let step = Self.step(for: (high - low) / Double(tickCount), isWhole: isWhole)
        let first = (low / step + 1e-9).rounded(.down), last = (high / step - 1e-9).rounded(.up)
        self.step = step
        lower = first * step
        upper = last * step
        ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// The smallest round number that is not below `least`.
    static func step(for least: Double, isWhole: Bool = false) -> Double {
        let least = max(least, .leastNormalMagnitude)
        let power = pow(10, log10(least).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
        return isWhole ? max(1, step.rounded()) : step
    }

    /// 0 at the lower end, 1 at the upper one.
    func fraction(_ value: Double) -> Double { (value - lower) / (upper - lower) }

    /// The text at a tick, with as many decimals as the distance of ticks needs.
    package func text(_ tick: Double) -> String {
        let largest = max(abs(lower), abs(upper))
        if largest >= 1e7 || step < 1e-5 { return tick == 0 ? "0" : String(format: "%.2e", tick) }
        return SVG.decimal(tick, places: max(0, -Int((log10(step) + 1e-9).rounded(.down))))
    }
}

extension Double {
    /// Finite, and so small that sums and differences of such values are finite too.
    var canBeDrawn: Bool { abs(self) < 1e100 }
}
