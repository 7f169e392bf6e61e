import TesseraImaging
import TesseraTensors
import Testing

@Suite struct SampleLoaderTests {
    private let folder = TemporaryFolder()

    private func dataset(_ count: Int) throws -> Dataset {
        for index in 0..<count {
            try randomImage(width: 12, height: 10, seed: UInt64(index)).write(png: folder.file("\(index).png"))
        }
        _ = folder.write(
            (["file,score,split"] + (0..<count).map { "\($0).png,\($0),train" }).joined(separator: "\n"),
            to: "labels.csv")
        return try Dataset(folder: folder.path)
    }

    private func loader(
        _ data: Dataset, workers: Int, augmentation: Augmentation? = Augmentation(),
        start: SamplerPosition = SamplerPosition(),
        batchSize: Int = 4, epochs: Int? = 2, drops: Bool = false
    ) throws -> SampleLoader {
        try SampleLoader(
            dataset: data, split: .train, batchSize: batchSize, preprocessing: Preprocessing(size: 8),
            augmentation: augmentation, seed: 5,
            workers: workers,
            start: start, epochs: epochs, dropsIncompleteBatch: drops)
    }

    private func all(_ loader: SampleLoader) throws -> [Batch] {
        var batches: [Batch] = []
        while let batch = try loader.next() { batches.append(batch) }
        return batches
    }

    @Test func everyEpochIsAnotherPermutation() throws {
        let batches = try all(loader(dataset(10), workers: 2))
        #expect(batches.map(\.indices.count) == [4, 4, 2, 4, 4, 2])
        #expect(
            batches.map(\.position)
                == [(0, 0), (0, 4), (0, 8), (1, 0), (1, 4), (1, 8)].map { SamplerPosition(epoch: $0.0, offset: $0.1) })
        let epochs = [batches[0..<3], batches[3..<6]].map { $0.flatMap(\.indices) }
        #expect(epochs.map { $0.sorted() } == [Array(0..<10), Array(0..<10)] && epochs[0] != epochs[1])
        #expect(batches[0].images.shape == [4, 1, 8, 8])
        #expect(batches[0].scores == batches[0].indices.map(Double.init))
    }

    @Test func threadsDoNotMatter() throws {
        let data = try dataset(11)
        let one = try all(loader(data, workers: 0))
        for workers in [1, 2, 5] {
            let other = try all(loader(data, workers: workers))
            #expect(other.map(\.images) == one.map(\.images) && other.map(\.indices) == one.map(\.indices))
        }
    }

    @Test func resumingAnywhereGivesTheSameBatches() throws {
        let data = try dataset(10)
        for drops in [false, true] {
            let whole = try all(loader(data, workers: 2, drops: drops))
            #expect(whole.count == (drops ? 4 : 6))
            for stop in 1..<whole.count {
                let rest = try all(loader(data, workers: 3, start: whole[stop - 1].nextPosition, drops: drops))
                #expect(
                    rest.map(\.images) == whole[stop...].map(\.images)
                        && rest.map(\.position) == whole[stop...].map(\.position))
            }
        }
    }

    @Test func evaluationIsOnePassInOrder() throws {
        let data = try dataset(5)
        let batches = try all(loader(data, workers: 2, augmentation: nil, batchSize: 2, epochs: nil))
        #expect(batches.flatMap(\.indices) == [0, 1, 2, 3, 4])
        let image = try Preprocessing(size: 8).evaluation(Image(png: folder.file("4.png")))
        #expect(batches[2].images.array(of: Float.self) == image.samples)
    }

    @Test func trainingHasNoEnd() throws {
        let loader = try loader(dataset(3), workers: 2, epochs: nil)
        for _ in 0..<10 { #expect(try loader.next() != nil) }
    }

    @Test func anErrorComesOnceAndInItsPlace() throws {
        let data = try dataset(12)
        _ = folder.write("no image", to: "7.png")
        _ = folder.write("no image", to: "9.png")
        for workers in [0, 1, 4] {
            let loader = try loader(data, workers: workers, augmentation: nil)
            #expect(try loader.next()?.indices == [0, 1, 2, 3])
            #expect(error { try loader.next() }?.location == folder.file("7.png"))
            #expect(try loader.next() == nil)
        }
    }

    @Test func badOptionsAreErrors() throws {
        let data = try dataset(3)
        #expect(error { try loader(data, workers: 1, batchSize: 0) }?.location == "batch size")
        #expect(error { try loader(data, workers: 1, batchSize: 4, drops: true) }?.location == "batch size")
        #expect(
            error { try loader(data, workers: 1, start: SamplerPosition(epoch: 0, offset: 9)) }?.location
                == "sampler position")
        #expect(
            error {
                try SampleLoader(
                    dataset: data, split: .test, batchSize: 1, preprocessing: Preprocessing(size: 8), augmentation: nil,
                    seed: 1)
            }?
            .found.contains("'test'") == true)
    }

    @Test func loadersCanBeDroppedWhileTheyRead() throws {
        let data = try dataset(12)
        for _ in 0..<20 { _ = try loader(data, workers: 3).next() }
    }
}

extension Batch: Equatable {
    public static func == (a: Batch, b: Batch) -> Bool {
        a.images == b.images && a.indices == b.indices && a.position == b.position
    }
}
