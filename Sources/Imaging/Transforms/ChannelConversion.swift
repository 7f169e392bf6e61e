import TesseraTensors

/// From the channels of an image to those that are asked for: alpha is dropped, grey is repeated, colour becomes grey
/// by `Luma`. First `planes`, of which an image may then be resized, then `spread`.
struct ChannelConversion {
    private let source: Int
    private let target: Int

    /// Throws for colour where neither 1 nor 3 channels are asked for.
    init(from source: Int, to target: Int) throws {
        guard target >= 1, source < 3 || target == 1 || target == 3 else {
            throw TesseraError(
                at: "channels", found: "an image of \(source) channels asked for \(target)",
                accepted: source >= 3 ? "1 or 3" : "at least 1")
        }
        (self.source, self.target) = (source, target)
    }

    /// How many planes are different from each other.
    var planes: Int { source >= 3 && target == 3 ? 3 : 1 }

    /// The planes of planar `samples` of `pixels` each.
    func planes(of samples: [Float], pixels: Int) -> [Float] {
        if source == planes { return samples }
        guard source >= 3, planes == 1 else { return Array(samples[..<(planes * pixels)]) }
        return (0..<pixels).map { Luma.grey(samples[$0], samples[pixels + $0], samples[2 * pixels + $0]) }
    }

    /// The image of `planes` as one of as many channels as are asked for.
    func spread(_ image: Image) -> Image {
        if planes == target { return image }
        let samples = (0..<target).flatMap { _ in image.samples }
        return Image(width: image.width, height: image.height, channels: target, samples: samples)
    }
}
