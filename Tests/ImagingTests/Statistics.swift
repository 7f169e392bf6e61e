/// The little statistics that the tests of phantoms need.
enum Statistics {
    static func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let n = Double(x.count), mx = x.reduce(0, +) / n, my = y.reduce(0, +) / n
        let xy = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        let xx = x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }, yy = y.reduce(0) { $0 + ($1 - my) * ($1 - my) }
        return xy / max((xx * yy).squareRoot(), 1e-30)
    }

    /// Shares of `bins` equal ranges of 0...1, then mean, deviation and a constant 1.
    static func histogram(_ samples: [Float], bins: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: bins)
        for value in samples { counts[min(Int(value * Float(bins)), bins - 1)] += 1 / Double(samples.count) }
        let mean = samples.reduce(0) { $0 + Double($1) } / Double(samples.count)
        let square = samples.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(samples.count)
        return counts + [mean, square.squareRoot(), 1]
    }

    static func predict(_ features: [Double], _ weights: [Double]) -> Double {
        zip(features, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Normal equations with a trace of ridge, since the bins add up to the constant; solved by elimination with
    /// pivots.
    static func leastSquares(_ rows: [[Double]], _ targets: [Double]) -> [Double] {
        let n = rows[0].count
        var system = (0..<n).map { i in
            (0..<n).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } + (i == j ? 1e-9 : 0) } + [
                zip(rows, targets).reduce(0) { $0 + $1.0[i] * $1.1 }
            ]
        }
        for column in 0..<n {
            let pivot = (column..<n).max { abs(system[$0][column]) < abs(system[$1][column]) }!
            system.swapAt(column, pivot)
            for row in 0..<n where row != column {
                let factor = system[row][column] / system[column][column]
                for k in column...n { system[row][k] -= factor * system[column][k] }
            }
        }
        return (0..<n).map { system[$0][n] / system[$0][$0] }
    }
}
