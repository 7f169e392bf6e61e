import Foundation
import TesseraTensors

/// One image, read and preprocessed.
struct LoadedSample: Sendable {
    let image: Image
    let score: Double
    let index: Int
}

/// Makes the image of one sample in one epoch: a function of its arguments alone.
struct SampleSource: Sendable {
    let dataset: Dataset
    let preprocessing: Preprocessing
    let augmentation: Augmentation?
    let seed: UInt64

    func load(index: Int, epoch: Int) throws -> LoadedSample {
        let sample = dataset.samples[index]
        var rows = try PNGReader(path: sample.path)
        try preprocessing.check(channels: rows.channels, of: sample.path)
        let draw = AugmentationDraw(augmentation ?? .none, seed: seed, epoch: epoch, index: index)
        return LoadedSample(image: try preprocessing.apply(draw, to: &rows), score: sample.score, index: index)
    }
}

/// The work shared by a loader and its threads. Samples have consecutive tickets in the order of their delivery;
/// threads take the next ticket as long as it is less than `capacity` ahead of what was delivered, and put the result
/// under it.
final class LoaderWork: @unchecked Sendable {
    private struct Task {
        let ticket: Int, index: Int, epoch: Int
    }

    private let sampler: Sampler
    private let source: SampleSource
    private let endEpoch: Int?
    private let capacity: Int
    /// Guards everything below; signalled when a result arrives, room is made or the end comes.
    private let condition = NSCondition()
    private var results: [Int: Result<LoadedSample, any Error>] = [:]
    private var delivered = 0
    private var nextTicket = 0
    private var place: SamplerPosition
    private var permutation: (epoch: Int, indices: [Int])
    private var stopped = false
    private var threads = 0

    init(sampler: Sampler, source: SampleSource, start: SamplerPosition, endEpoch: Int?, capacity: Int) {
        (self.sampler, self.source, self.endEpoch, self.capacity) = (sampler, source, endEpoch, capacity)
        place = start
        permutation = (start.epoch, sampler.permutation(epoch: start.epoch))
    }

    func startThreads(_ count: Int) {
        threads = count
        for number in 0..<count {
            let thread = Thread { [self] in work() }
            thread.name = "tessera-read-\(number)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// Ends the threads once they have finished what they are at.
    func stop() {
        condition.withLock {
            stopped = true
            condition.broadcast()
        }
    }

    /// The samples under `tickets`, once they are there; throws the error of the first that failed.
    func take(_ tickets: Range<Int>) throws -> [LoadedSample] {
        if threads == 0 { return try tickets.map { _ in try load(condition.withLock { advance() }).get() } }
        let taken: [Result<LoadedSample, any Error>] = condition.withLock {
            while !tickets.allSatisfy({ results[$0] != nil }) { condition.wait() }
            delivered = tickets.upperBound
            condition.broadcast()
            return tickets.map { results.removeValue(forKey: $0)! }
        }
        return try taken.map { try $0.get() }
    }

    private func work() {
        while let task = nextTask() {
            let result = load(task)
            condition.withLock {
                results[task.ticket] = result
                condition.broadcast()
            }
        }
    }

    private func load(_ task: Task) -> Result<LoadedSample, any Error> {
        Result { try source.load(index: task.index, epoch: task.epoch) }
    }

    private func nextTask() -> Task? {
        condition.withLock {
            while !stopped, nextTicket >= delivered + capacity, !isAtEnd { condition.wait() }
            return stopped || isAtEnd ? nil : advance()
        }
    }

    private var isAtEnd: Bool { endEpoch.map { place.epoch >= $0 } ?? false }

    /// Hands out the next ticket; the caller holds the lock.
    private func advance() -> Task {
        if permutation.epoch != place.epoch { permutation = (place.epoch, sampler.permutation(epoch: place.epoch)) }
        let task = Task(ticket: nextTicket, index: permutation.indices[place.offset], epoch: place.epoch)
        nextTicket += 1
        place = sampler.normalized(SamplerPosition(epoch: place.epoch, offset: place.offset + 1))
        return task
    }
}
