/// A picture of float samples, planar (channel, row, column), scaled so that 0 is black and 1 the largest value of the
/// file's sample type. Channels are 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
public struct Image: Sendable, Equatable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public var samples: [Float]

    /// `samples` holds channels × height × width values, channel by channel, row by row.
    public init(width: Int, height: Int, channels: Int = 1, samples: [Float]) {
        precondition(
            width > 0 && height > 0 && channels > 0,
            "an image has at least one sample, not \(width) × \(height) × \(channels)")
        precondition(
            samples.count == width * height * channels,
            "\(samples.count) samples do not fill \(width) × \(height) × \(channels)")
        self.width = width
        self.height = height
        self.channels = channels
        self.samples = samples
    }

    public init(width: Int, height: Int, channels: Int = 1, repeating value: Float = 0) {
        self.init(
            width: width, height: height, channels: channels,
            samples: [Float](repeating: value, count: width * height * channels))
    }

    public var pixelCount: Int { width * height }

    public subscript(x: Int, y: Int, channel: Int = 0) -> Float {
        get { samples[(channel * height + y) * width + x] }
        set { samples[(channel * height + y) * width + x] = newValue }
    }

    /// The image with every sample replaced by `transform` of it.
    func mapped(_ transform: (Float) -> Float) -> Image {
        Image(width: width, height: height, channels: channels, samples: samples.map(transform))
    }
}
