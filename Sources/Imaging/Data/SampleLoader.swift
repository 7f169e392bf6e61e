import Foundation
import TesseraTensors

/// Some images of a data set, ready for a network.
public struct Batch: Sendable {
    /// float32 [n, channels, size, size], normalised.
    public let images: Tensor
    /// As the data set has them.
    public let scores: [Double]
    /// Which samples of the data set these are.
    public let indices: [Int]
    /// Where this batch stands, and where the next one does.
    public let position: SamplerPosition
    public let nextPosition: SamplerPosition
}

/// Hands out batches of a data set while worker threads read, decode and augment the images of the next ones.
///
/// A batch depends on seed, position and options only, never on threads or time. Not to be shared between threads that
/// call `next`.
public final class SampleLoader: @unchecked Sendable {
    public let sampler: Sampler
    private let work: LoaderWork
    private var position: SamplerPosition
    /// The number of samples asked for so far: the ticket of the next batch's first sample.
    private var ticket = 0
    private let endEpoch: Int?
    private var failed = false

    /// - Parameters:
    ///   - augmentation: nil for evaluation: samples in the data set's order, nothing drawn. Otherwise shuffled anew in
    ///     every epoch.
    ///   - start: where to begin, such as the `nextPosition` of the last batch before a checkpoint.
    ///   - epochs: `next` returns nil once this epoch would begin. By default one pass for evaluation, no end with
    ///     augmentation.
    ///   - dropsIncompleteBatch: leave out the last batch of an epoch where it is smaller.
    ///   - workers: threads that read ahead; 0 reads each batch when it is asked for.
    ///   - readAhead: how many batches may be ready or under way.
    public init(
        dataset: Dataset, split: Split, batchSize: Int, preprocessing: Preprocessing, augmentation: Augmentation?,
        seed: UInt64, workers: Int = 2, start: SamplerPosition = SamplerPosition(), epochs: Int? = nil,
        dropsIncompleteBatch: Bool = false,
        readAhead: Int = 3
    ) throws {
        try augmentation?.validate()
        sampler = try Sampler(
            indices: dataset.indices(in: split), batchSize: batchSize,
            order: augmentation == nil ? .sequential : .shuffled(seed: seed),
            dropsIncompleteBatch: dropsIncompleteBatch)
        guard start.epoch >= 0, (0...sampler.indices.count).contains(start.offset) else {
            throw TesseraError(
                at: "sampler position", found: "epoch \(start.epoch), offset \(start.offset)",
                accepted: "an offset of 0...\(sampler.indices.count)")
        }
        position = sampler.normalized(start)
        endEpoch = epochs ?? (augmentation == nil ? start.epoch + 1 : nil)
        let source = SampleSource(
            dataset: dataset, preprocessing: preprocessing, augmentation: augmentation, seed: seed)
        work = LoaderWork(
            sampler: sampler, source: source, start: position, endEpoch: endEpoch,
            capacity: max(1, readAhead) * batchSize)
        work.startThreads(workers)
    }

    deinit { work.stop() }

    /// The next batch, or nil after the last one. The first error among the images of a batch is thrown where the batch
    /// would have come; afterwards there are no more batches.
    public func next() throws -> Batch? {
        if failed { return nil }
        if let endEpoch, position.epoch >= endEpoch { return nil }
        let count = sampler.range(at: position).count
        do {
            let samples = try work.take(ticket..<ticket + count)
            let batch = assemble(samples)
            position = batch.nextPosition
            ticket += count
            return batch
        } catch {
            failed = true
            work.stop()
            throw error
        }
    }

    private func assemble(_ samples: [LoadedSample]) -> Batch {
        let first = samples[0].image
        var images = Tensor(uninitialized: .float32, shape: [samples.count, first.channels, first.height, first.width])
        images.withMutableElements(Float.self) { target in
            for (slot, sample) in samples.enumerated() {
                let count = sample.image.samples.count
                _ = UnsafeMutableBufferPointer(rebasing: target[slot * count..<(slot + 1) * count]).initialize(
                    from: sample.image.samples)
            }
        }
        return Batch(
            images: images, scores: samples.map(\.score), indices: samples.map(\.index),
            position: position, nextPosition: sampler.position(after: position))
    }
}
