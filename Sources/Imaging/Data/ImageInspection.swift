import TesseraTensors

/// One image file, read and decoded once: its digest, how it looks, and what it adds to the mean and deviation of the
/// training images.
public struct ImageInspection: Sendable {
    /// FNV-1a over the bytes of the file.
    public let digest: UInt64
    public let statistics: ImageStatistics
    /// Over the pixels as they enter the network, before normalisation; nil without a preprocessing.
    let moments: Moments?

    /// Throws where the file cannot be read.
    public init(path: String, preprocessing: Preprocessing?) throws {
        try self.init(path: path, header: PNG.header(path), preprocessing: preprocessing)
    }

    init(path: String, header: PNG.Header, preprocessing: Preprocessing?) throws {
        let bytes = try WholeFile.read(path, limit: PNG.mostSamples * 4)
        var hash = FNV1a()
        hash.combine(bytes)
        digest = hash.value
        let image = try PNG.decode(bytes, name: path)
        statistics = ImageStatistics(image, bits: header.bits)
        var plain = preprocessing
        plain?.normalization = nil
        do { moments = try plain.map { Moments(try $0.evaluation(image)) } } catch let error as TesseraError {
            throw error.within(path)
        }
    }

    /// What is unusual about the image, as warnings that name it as `place`: for a network behind `preprocessing` that
    /// was trained on `trainedOn`.
    public func warnings(at place: String, preprocessing: Preprocessing?, trainedOn: TrainingImages?) -> [Finding] {
        ImageConcern.all(statistics, preprocessing, trainedOn: trainedOn).map {
            Finding(.warning, at: place, found: $0.found, accepted: $0.accepted)
        }
    }

    /// The same of many images, a warning for each kind of what is unusual.
    public static func warnings(
        _ images: [(place: String, statistics: ImageStatistics)], preprocessing: Preprocessing?,
        trainedOn: TrainingImages?
    ) -> [Finding] {
        let concerns = images.flatMap { image in
            ImageConcern.all(image.statistics, preprocessing, trainedOn: trainedOn).map {
                (place: image.place, concern: $0)
            }
        }
        return ImageConcern.warnings(concerns, of: images.count)
    }
}
