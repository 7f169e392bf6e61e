import TesseraImaging
import TesseraTensors

/// What a model was trained on, as far as a later evaluation needs it: to draw the same split, to recognise the data
/// wherever it lies, and to notice images that were trained on. Stands in checkpoints and in exported models.
public struct TrainingData: Codable, Sendable, Equatable {
    /// The seed of the run, from which the split was drawn where the table gave none.
    public var seed: UInt64
    /// Of all images and scores: `Dataset.contentDigest`.
    public var contentDigest: String
    /// Whether the images are synthetic phantoms.
    public var isSynthetic: Bool
    /// The digests of the images of the training split.
    public var images: Set<UInt64>
    /// What these look like; nil where it was not measured or they were too few.
    public var appearance: TrainingImages?

    public init(
        seed: UInt64, contentDigest: String, isSynthetic: Bool, images: Set<UInt64>, appearance: TrainingImages? = nil
    ) {
        self.seed = seed
        self.contentDigest = contentDigest
        self.isSynthetic = isSynthetic
        self.images = images
        self.appearance = appearance
    }

    private enum CodingKeys: String, CodingKey { case seed, contentDigest, isSynthetic, images, appearance }

    /// Sixteen hexadecimal digits an image.
    private static let digits = 16

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seed = try container.decode(UInt64.self, forKey: .seed)
        contentDigest = try container.decode(String.self, forKey: .contentDigest)
        isSynthetic = try container.decode(Bool.self, forKey: .isSynthetic)
        let text = Array(try container.decode(String.self, forKey: .images).utf8)
        let numbers = stride(from: 0, to: text.count, by: Self.digits).map { start in
            UInt64(String(decoding: text[start..<min(start + Self.digits, text.count)], as: UTF8.self), radix: 16)
        }
        guard text.count % Self.digits == 0, numbers.allSatisfy({ $0 != nil }) else {
            throw TesseraError(
                at: "images", found: "a text that is no list of digests",
                accepted: "\(Self.digits) hexadecimal digits an image")
        }
        images = Set(numbers.compactMap { $0 })
        appearance = try container.decodeIfPresent(TrainingImages.self, forKey: .appearance)
    }

    /// Images in ascending order: equal values give equal bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seed, forKey: .seed)
        try container.encode(contentDigest, forKey: .contentDigest)
        try container.encode(isSynthetic, forKey: .isSynthetic)
        let text = images.sorted().map { image in
            let hexadecimal = String(image, radix: 16)
            return String(repeating: "0", count: Self.digits - hexadecimal.count) + hexadecimal
        }
        try container.encode(text.joined(), forKey: .images)
        try container.encodeIfPresent(appearance, forKey: .appearance)
    }
}
