import TesseraTensors

/// From an image as read to what a network takes: `channels` × `size` × `size`, normalised.
///
/// The shorter side is resized to `size` (evaluation) or to round(size / s) (training), the longer one keeps the aspect
/// ratio, and a square of `size` is cut out, so any image works: a smaller one is enlarged, and of a longer one the
/// ends are cut off.
public struct Preprocessing: Sendable, Codable, Equatable {
    public var size: Int
    public var channels: Int
    /// Nil leaves values in 0...1.
    public var normalization: Normalization?

    public init(size: Int, channels: Int = 1, normalization: Normalization? = nil) throws {
        guard (1...PNG.largestSide).contains(size) else {
            throw TesseraError(at: "image size", found: "\(size)", accepted: "1...\(PNG.largestSide)")
        }
        guard (1...64).contains(channels) else {
            throw TesseraError(at: "image channels", found: "\(channels)", accepted: "1...64")
        }
        if let count = normalization?.mean.count, count != channels {
            throw TesseraError(
                at: "normalisation", found: "\(count) channels", accepted: "\(channels), as the images have")
        }
        self.size = size
        self.channels = channels
        self.normalization = normalization
    }

    /// Evaluation: shorter side to `size`, centre crop, normalisation.
    public func evaluation(_ image: Image) throws -> Image {
        try apply(AugmentationDraw(.none, seed: 0, epoch: 0, index: 0), to: image)
    }

    /// Training: the steps of `augmentation` as drawn for this seed, epoch and sample, then normalisation.
    public func training(_ image: Image, _ augmentation: Augmentation, seed: UInt64, epoch: Int, index: Int) throws
        -> Image
    {
        try apply(AugmentationDraw(augmentation, seed: seed, epoch: epoch, index: index), to: image)
    }

    package func apply(_ draw: AugmentationDraw, to image: Image) throws -> Image {
        var result = cropped(try image.converted(toChannels: channels), scale: draw.scale, at: draw.crop)
        if draw.flips { result = result.flippedHorizontally }
        result = result.adjustedBrightness(draw.brightness).adjustedContrast(draw.contrast).adjustedSaturation(
            draw.saturation)
        result = result.rotated(quarterTurns: draw.quarterTurns)
        return normalization?.applied(to: result) ?? result
    }

    /// Resizes and crops in one step: only the pixels of the crop are computed.
    private func cropped(_ image: Image, scale: Double, at place: (x: Double, y: Double)?) -> Image {
        let shorter = max(size, Int((Double(size) / scale).rounded()))
        let ratio = Double(max(image.width, image.height)) / Double(min(image.width, image.height))
        let longer = max(shorter, Int((Double(shorter) * ratio).rounded()))
        let (width, height) = image.width <= image.height ? (shorter, longer) : (longer, shorter)
        let x = place.map { Int($0.x * Double(width - size + 1)) } ?? (width - size) / 2
        let y = place.map { Int($0.y * Double(height - size + 1)) } ?? (height - size) / 2
        return image.resized(
            width: width, height: height, window: PixelWindow(columns: x..<x + size, rows: y..<y + size))
    }
}
