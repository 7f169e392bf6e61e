import Foundation

/// For each output position of one axis the input positions it reads and their weights: a triangle filter with
/// half-pixel centres, as wide as one input pixel when enlarging and as one output pixel when reducing (antialiased),
/// cut off at the borders and made to sum to 1. These are the weights of Pillow's BILINEAR and of PyTorch's bilinear
/// interpolation with `antialias=True`.
package struct ResizeWeights {
    /// First input position of each output position.
    package private(set) var starts: [Int] = []
    package private(set) var counts: [Int] = []
    /// `stride` weights for each output position, the first `counts` of them in use.
    package private(set) var weights: [Float] = []
    package let stride: Int

    /// Weights of the output positions in `window`, out of `output` positions that cover `input` ones.
    package init(input: Int, output: Int, window: Range<Int>) {
        precondition(
            input > 0 && output > 0 && window.lowerBound >= 0 && window.upperBound <= output,
            "a resize window lies inside its output")
        let scale = Double(input) / Double(output)
        let support = max(scale, 1)
        stride = Int(support.rounded(.up)) * 2 + 1
        starts.reserveCapacity(window.count)
        counts.reserveCapacity(window.count)
        weights.reserveCapacity(window.count * stride)
        for position in window {
            let center = (Double(position) + 0.5) * scale
            let first = max(0, Int(center - support + 0.5))
            let end = min(input, Int(center + support + 0.5))
            let raw = (first..<end).map { max(0, 1 - abs((Double($0) + 0.5 - center) / support)) }
            let sum = raw.reduce(0, +)
            starts.append(first)
            counts.append(raw.count)
            weights += raw.map { Float($0 / sum) }
            weights += [Float](repeating: 0, count: stride - raw.count)
        }
    }

    /// The input positions that any output position reads.
    var source: Range<Int> {
        let end = zip(starts, counts).map { $0 + $1 }.max() ?? 0
        return (starts.min() ?? 0)..<end
    }
}
