import TesseraTensors

/// The random changes of a training image, in the order of the fields; each can be switched off on its own without
/// changing what the others draw. The defaults are the paper's. Resizing to the network's size always happens; `scale`
/// is what is random in it.
public struct Augmentation: Sendable, Codable, Equatable {
    /// Range of s: the side that is resized to the network's size becomes size / s before the crop, or size · s where
    /// the fit is pad, which cuts nothing off. Upper bound at most 1; 1...1 is no change of scale.
    public var scale: ClosedRange<Double> = 0.9...1.0
    /// Crop anywhere, or place the film anywhere in the square where the fit is pad (true); the centre (false).
    public var randomCrop = true
    /// Flip left and right in half of the cases.
    public var horizontalFlip = true
    /// Largest relative change: the factor is uniform in 1 − x ... 1 + x. As torchvision's ColorJitter, but always in
    /// this order.
    public var brightness = 0.1
    public var contrast = 0.1
    /// Without effect on grey images.
    public var saturation = 0.1
    /// Turn by 0, 90, 180 or 270°.
    public var quarterTurns = true

    public init() {}

    /// Every step switched off: what remains is the evaluation's preprocessing.
    public static var none: Augmentation {
        var none = Augmentation()
        none.scale = 1...1
        (none.randomCrop, none.horizontalFlip, none.quarterTurns) = (false, false, false)
        (none.brightness, none.contrast, none.saturation) = (0, 0, 0)
        return none
    }

    /// Throws where a number is out of its range.
    public func validate() throws {
        guard scale.lowerBound >= 0.01, scale.upperBound <= 1 else {
            throw TesseraError(at: "augmentation.scale", found: "\(scale)", accepted: "a range within 0.01...1")
        }
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)]
        where !(0...1).contains(value) {
            throw TesseraError(at: "augmentation.\(name)", found: "\(value)", accepted: "0...1")
        }
    }
}

/// What was drawn for one sample of one epoch. It depends on seed, epoch and sample index only.
package struct AugmentationDraw: Equatable {
    package let scale: Double
    /// Where the crop, or the film in the square, lies between the first and the last possible place, 0..<1; nil in the
    /// centre.
    package let crop: (x: Double, y: Double)?
    package let flips: Bool
    package let brightness: Float, contrast: Float, saturation: Float
    package let quarterTurns: Int

    /// All numbers are drawn in a fixed order, also those of steps that are off.
    package init(_ options: Augmentation, seed: UInt64, epoch: Int, index: Int) {
        var stream = RandomStream(seed: seed, name: "augmentation/\(epoch)/\(index)")
        let draws = (0..<8).map { _ in stream.uniform() }
        scale = options.scale.lowerBound + (options.scale.upperBound - options.scale.lowerBound) * draws[0]
        crop = options.randomCrop ? (draws[1], draws[2]) : nil
        flips = options.horizontalFlip && draws[3] < 0.5
        brightness = Float(1 + options.brightness * (2 * draws[4] - 1))
        contrast = Float(1 + options.contrast * (2 * draws[5] - 1))
        saturation = Float(1 + options.saturation * (2 * draws[6] - 1))
        quarterTurns = options.quarterTurns ? Int(draws[7] * 4) : 0
    }

    package static func == (a: AugmentationDraw, b: AugmentationDraw) -> Bool {
        a.scale == b.scale && a.crop?.x == b.crop?.x && a.crop?.y == b.crop?.y && a.flips == b.flips
            && a.brightness == b.brightness
            && a.contrast == b.contrast && a.saturation == b.saturation && a.quarterTurns == b.quarterTurns
    }
}
