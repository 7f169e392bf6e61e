import TesseraTensors

/// Mean and deviation of each channel over the training set; images enter a network as (value − mean) / deviation.
public struct Normalization: Sendable, Codable, Equatable {
    public let mean: [Float]
    public let deviation: [Float]

    /// One mean and one deviation for each channel; deviations must be above 0.
    public init(mean: [Float], deviation: [Float]) throws {
        guard mean.count == deviation.count, !mean.isEmpty, (mean + deviation).allSatisfy(\.isFinite),
            deviation.allSatisfy({ $0 > 0 })
        else {
            throw TesseraError(
                at: "normalisation", found: "mean \(mean), deviation \(deviation)",
                accepted: "as many finite means as deviations above 0; images that are all of one value have none")
        }
        self.mean = mean
        self.deviation = deviation
    }

    private enum CodingKeys: String, CodingKey { case mean, deviation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            mean: container.decode([Float].self, forKey: .mean),
            deviation: container.decode([Float].self, forKey: .deviation))
    }

    /// The image, normalised; it must have as many channels as there are means.
    public func applied(to image: Image) -> Image {
        precondition(
            image.channels == mean.count,
            "a normalisation of \(mean.count) channels applied to an image of \(image.channels)")
        var result = image
        for channel in 0..<image.channels {
            let mean = mean[channel], deviation = deviation[channel]
            for i in channel * image.pixelCount..<(channel + 1) * image.pixelCount {
                result.samples[i] = (image.samples[i] - mean) / deviation
            }
        }
        return result
    }
}
