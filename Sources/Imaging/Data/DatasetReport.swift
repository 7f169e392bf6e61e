import TesseraTensors

/// What a check of a data set found and measured.
public struct DatasetReport: Sendable {
    /// Errors first, then warnings, then notes.
    public private(set) var findings: [Finding]
    public private(set) var summary: DatasetSummary
    /// Mean and deviation of the training images behind the preprocessing that was given; nil where one is missing.
    public private(set) var normalization: Normalization?
    /// What the training images look like; nil where they are fewer than eight or one could not be read.
    public private(set) var trainingImages: TrainingImages?
    /// See `Dataset.contentDigest`; nil where not all files were read.
    public private(set) var contentDigest: String?
    /// Why images could not be read, by their index in the data set.
    public private(set) var unreadable: [Int: Finding] = [:]
    /// The digests of the training images that could be read.
    public private(set) var trainingDigests = Set<UInt64>()
    /// Lines of the table that cannot be used as they are.
    public private(set) var faultyLines = Set<Int>()

    private let dataset: Dataset

    init(_ dataset: Dataset, findings: [Finding]) {
        (self.dataset, self.findings) = (dataset, [])
        summary = DatasetSummary(dataset)
        add(findings)
    }

    /// What could not even become a data set: the findings of its table, or that there is none.
    public init(findings: [Finding]) { self.init(Dataset(folder: "", samples: []), findings: findings) }

    mutating func add(_ more: [Finding]) {
        let all = findings + more
        findings = Finding.Severity.allCases.flatMap { severity in all.filter { $0.severity == severity } }
    }

    /// Counts the rows of `samples` as faulty.
    mutating func exclude(_ samples: [Sample]) { faultyLines.formUnion(samples.map(\.line)) }

    /// Takes in what was found of the images, by their index in the data set.
    mutating func add(outcomes: [Int: Result<InspectedSample, any Error>], _ check: DatasetCheck) {
        var read: [Int: InspectedSample] = [:]
        for (index, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            switch outcome {
            case .success(let sample): read[index] = sample
            case .failure(let error):
                let error = error as? TesseraError ?? TesseraError(at: dataset.samples[index].path, found: "\(error)")
                unreadable[index] = Finding(error)
                add([Finding(error)])
                faultyLines.insert(dataset.samples[index].line)
            }
        }
        summary.add(read.sorted { $0.key < $1.key }.map(\.value.header))
        addDuplicates(read)
        if read.count == dataset.samples.count {
            contentDigest = dataset.contentDigest(images: dataset.samples.indices.map { read[$0]!.digest })
        }
        let training = dataset.samples.indices.filter { dataset.samples[$0].split == .train }
        trainingDigests = Set(training.compactMap { read[$0]?.digest })
        let inspected = training.compactMap { read[$0]?.inspection }
        let isWhole = inspected.count == training.count && !training.isEmpty
        let usual = TrainingImages(inspected.map(\.statistics))
        if isWhole {
            trainingImages = usual
            measureNormalization(inspected.compactMap(\.moments))
        }
        let concerns = read.sorted { $0.key < $1.key }.flatMap { index, sample in
            (sample.inspection.map {
                ImageConcern.all($0.statistics, check.preprocessing, trainedOn: check.trainedOn ?? usual)
            }
                ?? []).map { (place: dataset.samples[index].file, concern: $0) }
        }
        add(ImageConcern.warnings(concerns, of: read.count))
    }

    private mutating func measureNormalization(_ moments: [Moments]) {
        guard !moments.isEmpty else { return }
        do { normalization = try Normalization(moments) } catch let error as TesseraError {
            add([Finding(error)])
        } catch {}
    }

    /// Files of the same bytes: an error across splits, where training would see what it is tested on.
    private mutating func addDuplicates(_ read: [Int: InspectedSample]) {
        for copies in Dictionary(grouping: read.keys.sorted(), by: { read[$0]!.digest }).values.sorted(by: {
            $0[0] < $1[0]
        })
        where copies.count > 1 {
            let first = dataset.samples[copies[0]]
            for copy in copies.dropFirst().map({ dataset.samples[$0] }) {
                let isAcross = copy.split != first.split
                // A split drawn over fewer rows may separate what this one does not.
                if isAcross || !dataset.hasGivenSplits { faultyLines.insert(copy.line) }
                add([
                    Finding(
                        isAcross ? .error : .warning, at: copy.place,
                        found: "the same image as \(first.place)"
                            + (isAcross ? ", in \(copy.split.rawValue) and \(first.split.rawValue)" : "")
                            + (copy.score == first.score ? "" : ", with the scores \(copy.score) and \(first.score)"),
                        accepted: isAcross ? "each image in one split" : "each image once")
                ])
            }
        }
    }
}
