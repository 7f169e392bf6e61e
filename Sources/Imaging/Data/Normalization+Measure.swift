import TesseraTensors

extension Normalization {
    /// Mean and deviation of each channel over all pixels of some images, from those of each. They are added up in
    /// order, so that the same images give the same bits.
    init(_ images: [Moments]) throws {
        let total = images.reduce(Moments(channels: images[0].mean.count)) { $0.adding($1) }
        try self.init(
            mean: total.mean.map { Float($0) },
            deviation: total.squares.map { Float(($0 / max(total.count, 1)).squareRoot()) })
    }
}

/// Count, mean and sum of squared deviations of each channel; two are combined without loss (Chan, Golub & LeVeque
/// 1979).
struct Moments: Sendable {
    var count = 0.0
    var mean: [Double]
    var squares: [Double]

    init(channels: Int) {
        mean = [Double](repeating: 0, count: channels)
        squares = mean
    }

    init(_ image: Image) {
        self.init(channels: image.channels)
        count = Double(image.pixelCount)
        for channel in 0..<image.channels {
            let plane = image.samples[channel * image.pixelCount..<(channel + 1) * image.pixelCount]
            let mean = plane.reduce(0.0) { $0 + Double($1) } / count
            self.mean[channel] = mean
            squares[channel] = plane.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        }
    }

    func adding(_ other: Moments) -> Moments {
        var sum = self
        sum.count = count + other.count
        guard sum.count > 0 else { return sum }
        for channel in mean.indices {
            let difference = other.mean[channel] - mean[channel]
            sum.mean[channel] = mean[channel] + difference * other.count / sum.count
            sum.squares[channel] =
                squares[channel] + other.squares[channel] + difference * difference * count * other.count / sum.count
        }
        return sum
    }
}
