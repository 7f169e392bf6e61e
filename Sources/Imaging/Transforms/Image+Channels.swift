import TesseraTensors

extension Image {
    /// The image with `count` channels: alpha is dropped, grey is repeated, colour becomes grey by `Luma`;
    /// colour has only 1 or 3 channels to give.
    public func converted(toChannels count: Int) throws -> Image {
        let color = channels >= 3
        guard count >= 1, !color || count == 1 || count == 3 else {
            throw TesseraError(
                at: "channels", found: "an image of \(channels) channels asked for \(count)",
                accepted: color ? "1 or 3" : "at least 1")
        }
        if count == channels, channels != 2 { return self }
        if color { return count == 1 ? grey : prefix(3) }
        let plane = samples[0..<pixelCount]
        var repeated: [Float] = []
        repeated.reserveCapacity(pixelCount * count)
        for _ in 0..<count { repeated += plane }
        return Image(width: width, height: height, channels: count, samples: repeated)
    }

    /// `Luma` of the first three channels, or the first channel of a grey image.
    var grey: Image {
        guard channels >= 3 else { return prefix(1) }
        let n = pixelCount
        let luma = (0..<n).map { Luma.grey(samples[$0], samples[n + $0], samples[2 * n + $0]) }
        return Image(width: width, height: height, samples: luma)
    }

    private func prefix(_ count: Int) -> Image {
        channels == count
            ? self
            : Image(width: width, height: height, channels: count, samples: Array(samples[0..<pixelCount * count]))
    }
}
