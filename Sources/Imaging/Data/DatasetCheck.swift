import TesseraTensors

/// Everything that can be wrong with a data set, found at once before anything is made of it: each image is read and
/// decoded once. What is measured on the way (normalisation, digest, what training images look like) comes with it.
public struct DatasetCheck: Sendable {
    /// What a loss asks of the training scores.
    public enum Scores: Sendable {
        case any
        /// Two different ones at least, for a z-score.
        case different
        /// 0 to 1.
        case probabilities
    }

    /// The parts that will be used: none may be empty, and their images are decoded. Of others the bytes are read.
    public var required: Set<Split> = []
    public var decoded = Set(Split.allCases)
    /// How images enter the network, where that is known.
    public var preprocessing: Preprocessing?
    /// Whether mean and deviation of the training images are measured behind the preprocessing.
    public var measuresNormalization = false
    /// Of the training.
    public var batchSize: Int?
    public var scores = Scores.any
    /// The images that a model was trained on; without one, images are compared with those of the training split.
    public var trainedOn: TrainingImages?
    /// Whether the bytes of all images are read, for the digest.
    public var readsAll = true

    public init() {}

    /// Checks the images and scores of `dataset`, whose own findings come first. `progress` hears how many of the
    /// images are done, of how many, one call at a time; what it throws ends the check.
    public func report(
        on dataset: Dataset, workers: Int, progress: @escaping @Sendable (Int, Int) throws -> Void = { _, _ in }
    ) throws -> DatasetReport {
        let samples = dataset.samples,
            indices = samples.indices.filter { readsAll || decoded.contains(samples[$0].split) }
        let headers = try inOrder(indices.count, workers: workers) { position in
            Result { try PNG.header(samples[indices[position]].path) }
        }
        let counter = ProgressCounter { try progress($0, indices.count) }
        let outcomes = try inOrder(indices.count, workers: workers) { position in
            let sample = samples[indices[position]]
            let outcome = headers[position].flatMap { header in
                Result { try inspected(sample, header) }
            }
            try counter.advance()
            return outcome
        }
        var report = DatasetReport(dataset, findings: dataset.findings)
        report.add(findings(of: dataset))
        report.exclude(improbable(dataset))
        report.add(outcomes: Dictionary(uniqueKeysWithValues: zip(indices, outcomes)), self)
        return report
    }

    private func inspected(_ sample: Sample, _ header: PNG.Header) throws -> InspectedSample {
        guard decoded.contains(sample.split) else {
            return InspectedSample(header: header, digest: try Dataset.imageDigest(sample.path), inspection: nil)
        }
        let inspection = try ImageInspection(
            path: sample.path,
            preprocessing: measuresNormalization && sample.split == .train ? preprocessing : nil)
        return InspectedSample(header: header, digest: inspection.digest, inspection: inspection)
    }

    // MARK: - Scores and splits

    /// What is wrong with scores and splits alone, before any image is read. Rows with errors are not there, so what
    /// may only follow from their absence is left for when they are mended.
    public func findings(of dataset: Dataset) -> [Finding] {
        let training = dataset.samples.filter { $0.split == .train }, missing = dataset.findings.errors.count
        var findings: [Finding] = []
        func error(_ place: String, _ found: String, _ accepted: String) {
            findings.append(Finding(.error, at: place, found: found, accepted: accepted))
        }
        for split in Split.allCases
        where missing == 0 && required.contains(split) && !dataset.samples.contains(where: { $0.split == split }) {
            error(dataset.folder, "no image in the split '\(split.rawValue)'", "at least one")
        }
        if let batchSize, missing > 0 || !training.isEmpty, batchSize > training.count + missing {
            error("batch size", "\(batchSize) for \(training.count) images", "at most the number of training images")
        }
        switch scores {
        case .any: break
        case .different:
            if missing == 0, let first = training.first?.score, training.allSatisfy({ $0.score == first }) {
                error(
                    dataset.folder, "all \(training.count) training scores are equal: \(first)",
                    "at least two different ones")
            }
        case .probabilities:
            for sample in improbable(dataset) {
                error(sample.place, "the score \(sample.score) for binary cross-entropy", "0 to 1")
            }
        }
        return findings + rangeWarning(dataset.samples)
    }

    /// The samples whose scores are no probabilities, where these are asked for.
    private func improbable(_ dataset: Dataset) -> [Sample] {
        guard case .probabilities = scores else { return [] }
        return dataset.samples.filter { decoded.contains($0.split) && !(0...1).contains($0.score) }
    }

    /// Scores beyond those of the Sharp/van der Heijde method are allowed, but looked at twice.
    private func rangeWarning(_ samples: [Sample]) -> [Finding] {
        let outside = samples.filter { !(0...280).contains($0.score) }
        guard let worst = outside.max(by: { abs($0.score - 140) < abs($1.score - 140) }) else { return [] }
        return [
            Finding(
                .warning, at: outside.count == 1 ? worst.place : "\(outside.count) images, such as \(worst.place)",
                found: "the score \(worst.score), beyond the Sharp/van der Heijde scores of two hands",
                accepted: "0 to 280, where these are meant")
        ]
    }
}

/// An image of the data set that could be read.
struct InspectedSample: Sendable {
    let header: PNG.Header
    let digest: UInt64
    /// Nil where the pixels were not decoded.
    let inspection: ImageInspection?
}

extension Sample {
    /// How findings name the sample.
    var place: String { line > 0 ? "line \(line), '\(file)'" : file }
}
