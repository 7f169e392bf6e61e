import TesseraTensors

extension Normalization {
    /// Mean and deviation of each channel over all pixels of the samples at `indices`, preprocessed as for evaluation
    /// by `preprocessing`, whose own normalisation is left out. Each image is read once and forgotten; images are added up in order, so the number of workers does not matter.
    /// `progress` hears how many are done, from any thread, one call at a time; what it throws ends the measurement.
    public static func measured(
        on dataset: Dataset, indices: [Int], preprocessing: Preprocessing, workers: Int,
        progress: @escaping @Sendable (Int) throws -> Void = { _ in }
    ) throws -> Normalization {
        var plain = preprocessing
        plain.normalization = nil
        let source = SampleSource(dataset: dataset, preprocessing: plain, augmentation: nil, seed: 0)
        let counter = ProgressCounter(progress)
        let moments = try inOrder(indices.count, workers: workers) { position in
            let moments = Moments(try source.load(index: indices[position], epoch: 0).image)
            try counter.advance()
            return moments
        }
        let total = moments.reduce(Moments(channels: plain.channels)) { $0.adding($1) }
        return try Normalization(
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
