import TesseraImaging
import TesseraTensors

/// Images with their scores, as the network takes them: [n, C, H, W] and n numbers in score units.
public struct ScoredBatch: Sendable {
    public let images: Tensor
    public let scores: [Double]
    /// What messages call the images: their files, or `image 3`.
    public let names: [String]

    public init(images: Tensor, scores: [Double], names: [String] = []) {
        precondition(images.shape.first == scores.count, "\(scores.count) scores for images \(images.shape)")
        self.images = images
        self.scores = scores
        self.names = names
    }
}

/// Where batches come from. What a batch holds depends on the source, epoch and batch number only, so a run can go on
/// anywhere.
public protocol BatchSource {
    var sampleCount: Int { get }
    /// [C, H, W] of every image.
    var imageShape: [Int] { get }
    /// The score of every sample, in the source's own order.
    var scores: [Double] { get }
    /// The batches of an epoch from number `first` on. The last one is smaller where the samples do not fill it, or
    /// left out where `dropsLast`.
    func batches(epoch: Int, size: Int, startingAt first: Int, dropsLast: Bool) throws -> any BatchStream
}

/// The batches of one epoch, one after the other. Dropping the last reference ends any reading ahead.
public protocol BatchStream: AnyObject {
    /// The next batch, or nil after the last. Throws where an image cannot be read.
    func next() throws -> ScoredBatch?
}

/// Samples held in memory, shuffled anew in every epoch where a seed is given.
public struct MemoryBatchSource: BatchSource {
    public let images: [Tensor]
    public let scores: [Double]
    public let shuffleSeed: UInt64?

    /// Images of one shape [C, H, W].
    public init(images: [Tensor], scores: [Double], shuffleSeed: UInt64? = nil) {
        precondition(
            images.count == scores.count && !images.isEmpty && images.allSatisfy { $0.shape == images[0].shape },
            "images of one shape, with a score each")
        self.images = images
        self.scores = scores
        self.shuffleSeed = shuffleSeed
    }

    public var sampleCount: Int { images.count }
    public var imageShape: [Int] { images[0].shape }

    public func batches(epoch: Int, size: Int, startingAt first: Int, dropsLast: Bool) throws -> any BatchStream {
        let sampler = try Sampler(
            indices: Array(images.indices), batchSize: size,
            order: shuffleSeed.map { .shuffled(seed: $0) } ?? .sequential)
        let order = sampler.permutation(epoch: epoch)
        let count = dropsLast ? order.count / size : (order.count + size - 1) / size
        return Stream(
            source: self,
            batches: (0..<count).dropFirst(first).map { Array(order[($0 * size)..<min(($0 + 1) * size, order.count)]) })
    }

    private final class Stream: BatchStream {
        private let source: MemoryBatchSource
        private var rest: ArraySlice<[Int]>

        init(source: MemoryBatchSource, batches: [[Int]]) {
            self.source = source
            rest = batches[...]
        }

        func next() -> ScoredBatch? {
            rest.popFirst().map { indices in
                ScoredBatch(
                    images: Tensor(stacking: indices.map { source.images[$0] }),
                    scores: indices.map { source.scores[$0] }, names: indices.map { "image \($0)" })
            }
        }
    }
}

extension Tensor {
    /// Tensors of one type one after the other along a new first axis.
    public init(stacking tensors: [Tensor]) {
        precondition(
            !tensors.isEmpty && tensors.allSatisfy { $0.type == tensors[0].type }, "tensors of one type are stacked")
        self.init(uninitialized: tensors[0].element, shape: [tensors.count] + tensors[0].shape)
        let size = tensors[0].byteCount
        withUnsafeMutableBytes { destination in
            for (index, tensor) in tensors.enumerated() {
                tensor.withUnsafeBytes {
                    destination.baseAddress!.advanced(by: index * size).copyMemory(
                        from: $0.baseAddress!, byteCount: size)
                }
            }
        }
    }
}
