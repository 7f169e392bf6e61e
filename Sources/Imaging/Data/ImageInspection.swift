import TesseraTensors

/// One image file, decoded once and row by row: its digest, how it looks, and what it adds to the mean and deviation of
/// the training images.
public struct ImageInspection: Sendable {
    /// FNV-1a over the bytes of the file.
    public let digest: UInt64
    public let statistics: ImageStatistics
    /// Over the pixels as they enter the network, before normalisation; nil without a preprocessing.
    let moments: Moments?

    /// Throws where the file cannot be read.
    public init(path: String, preprocessing: Preprocessing?) throws {
        digest = try Dataset.imageDigest(path)
        var plain = preprocessing
        plain?.normalization = nil
        let film = try Self.film(path, plain)
        statistics = film.statistics
        moments = film.input.map { Moments($0) }
    }

    /// How the film at `path` looks, and what a network behind `preprocessing` gets of it, from one decoding.
    package static func prepared(_ path: String, _ preprocessing: Preprocessing) throws
        -> (statistics: ImageStatistics, input: Image)
    {
        let film = try film(path, preprocessing)
        return (film.statistics, film.input!)
    }

    private static func film(_ path: String, _ preprocessing: Preprocessing?) throws
        -> (statistics: ImageStatistics, input: Image?)
    {
        var rows = try ThumbnailRows(PNGReader(path: path))
        guard let preprocessing else {
            for _ in 0..<rows.height { _ = try rows.next() }
            return (rows.statistics, nil)
        }
        try preprocessing.check(channels: rows.channels, of: path)
        let input = try preprocessing.evaluation(of: &rows)
        return (rows.statistics, input)
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
