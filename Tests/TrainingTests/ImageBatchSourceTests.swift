import TesseraImaging
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct ImageBatchSourceTests {
    private func dataset(_ folder: String) throws -> Dataset {
        try PhantomSet.write(count: 9, size: 32, seed: 3, to: folder, parts: .init(train: 6, validation: 2, test: 1))
        return try Dataset(folder: folder)
    }

    private func all(_ stream: any BatchStream) throws -> [ScoredBatch] {
        var batches: [ScoredBatch] = []
        while let batch = try stream.next() { batches.append(batch) }
        return batches
    }

    @Test func anEpochStartedInTheMiddleGoesOnAsIfNeverStopped() throws {
        let folder = try TemporaryFolder(), data = try dataset(folder.path + "/phantoms")
        let preprocessing = try Preprocessing(size: 24, channels: 1)
        func source(workers: Int) throws -> ImageBatchSource {
            try ImageBatchSource(
                data, .train, preprocessing: preprocessing, augmentation: Augmentation(), seed: 5, workers: workers)
        }
        let whole = try all(source(workers: 2).batches(epoch: 3, size: 2, startingAt: 0, dropsLast: true))
        let rest = try all(source(workers: 0).batches(epoch: 3, size: 2, startingAt: 1, dropsLast: true))
        #expect(whole.count == 3 && rest.count == 2)
        for (a, b) in zip(whole.dropFirst(), rest) {
            #expect(a.images == b.images && a.scores == b.scores)
        }
        let other = try all(source(workers: 1).batches(epoch: 4, size: 2, startingAt: 0, dropsLast: true))
        #expect(other[0].images != whole[0].images)
    }

    @Test func evaluationKeepsTheOrderAndTheLastSmallBatch() throws {
        let folder = try TemporaryFolder(), data = try dataset(folder.path + "/phantoms")
        let source = try ImageBatchSource(data, .train, preprocessing: Preprocessing(size: 24, channels: 3))
        let batches = try all(source.batches(epoch: 0, size: 4, startingAt: 0, dropsLast: false))
        #expect(batches.map(\.images.shape) == [[4, 3, 24, 24], [2, 3, 24, 24]])
        #expect(batches.flatMap(\.scores) == source.scores && source.scores == data.samples.prefix(6).map(\.score))
        #expect(source.imageShape == [3, 24, 24] && source.sampleCount == 6)
    }
}
