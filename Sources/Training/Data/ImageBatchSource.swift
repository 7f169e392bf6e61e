import TesseraImaging
import TesseraTensors

/// The images of one part of a data set on disk as batches: shuffled and augmented for training, in their order and
/// as they are otherwise. Reading, decoding and augmentation run ahead on worker threads.
public struct ImageBatchSource: BatchSource {
    public let dataset: Dataset
    public let split: Split
    public let preprocessing: Preprocessing
    /// Nil for evaluation.
    public let augmentation: Augmentation?
    /// Of the order and the augmentation.
    public let seed: UInt64
    public let workers: Int
    private let indices: [Int]

    /// Throws where the part is empty or the augmentation out of range.
    public init(
        _ dataset: Dataset, _ split: Split, preprocessing: Preprocessing, augmentation: Augmentation? = nil,
        seed: UInt64 = 0, workers: Int = 2
    ) throws {
        try augmentation?.validate()
        indices = try dataset.indices(in: split)
        self.dataset = dataset
        self.split = split
        self.preprocessing = preprocessing
        self.augmentation = augmentation
        self.seed = seed
        self.workers = workers
    }

    public var sampleCount: Int { indices.count }
    public var imageShape: [Int] { [preprocessing.channels, preprocessing.size, preprocessing.size] }
    public var scores: [Double] { samples.map(\.score) }
    /// The samples of the part, in the order in which evaluation visits them.
    public var samples: [Sample] { indices.map { dataset.samples[$0] } }

    public func batches(epoch: Int, size: Int, startingAt first: Int, dropsLast: Bool) throws -> any BatchStream {
        let loader = try SampleLoader(
            dataset: dataset, split: split, batchSize: size, preprocessing: preprocessing, augmentation: augmentation,
            seed: seed, workers: workers,
            start: SamplerPosition(epoch: epoch, offset: first * size), epochs: epoch + 1,
            dropsIncompleteBatch: dropsLast
        )
        return Stream(loader, dataset)
    }

    private final class Stream: BatchStream {
        private let loader: SampleLoader

        private let dataset: Dataset

        init(_ loader: SampleLoader, _ dataset: Dataset) {
            self.loader = loader
            self.dataset = dataset
        }

        func next() throws -> ScoredBatch? {
            try loader.next().map { batch in
                ScoredBatch(
                    images: batch.images, scores: batch.scores, names: batch.indices.map { dataset.samples[$0].file })
            }
        }
    }
}
