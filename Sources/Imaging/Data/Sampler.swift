import TesseraTensors

/// Where a pass through the data stands: `offset` samples of pass `epoch` have been handed out. All that is needed to
/// go on.
public struct SamplerPosition: Sendable, Hashable {
    public var epoch: Int
    public var offset: Int

    public init(epoch: Int = 0, offset: Int = 0) { (self.epoch, self.offset) = (epoch, offset) }
}

/// The order in which samples are visited. A value without state: what comes at a position depends on the position
/// alone.
public struct Sampler: Sendable {
    public enum Order: Sendable {
        /// As in the data set.
        case sequential
        /// A new permutation for every epoch, drawn from (seed, epoch).
        case shuffled(seed: UInt64)
    }

    public let indices: [Int]
    public let batchSize: Int
    public let order: Order
    /// Whether the last batch of an epoch is left out where it has fewer than `batchSize` samples.
    public let dropsIncompleteBatch: Bool

    public init(indices: [Int], batchSize: Int, order: Order, dropsIncompleteBatch: Bool = false) throws {
        guard batchSize >= 1 else {
            throw TesseraError(at: "batch size", found: "\(batchSize)", accepted: "at least 1")
        }
        guard !indices.isEmpty, !dropsIncompleteBatch || batchSize <= indices.count else {
            throw TesseraError(
                at: "batch size", found: "\(batchSize) for \(indices.count) images",
                accepted: "at most the number of images")
        }
        (self.indices, self.batchSize, self.order, self.dropsIncompleteBatch) = (
            indices, batchSize, order, dropsIncompleteBatch
        )
    }

    /// Samples handed out in one epoch.
    public var samplesPerEpoch: Int { dropsIncompleteBatch ? indices.count / batchSize * batchSize : indices.count }

    /// All samples of an epoch in their order.
    public func permutation(epoch: Int) -> [Int] {
        guard case .shuffled(let seed) = order else { return indices }
        var stream = RandomStream(seed: seed, name: "order/\(epoch)"), result = indices
        // Written out (Fisher–Yates) rather than shuffled(using:), whose use of the generator is not promised to stay
        // the same.
        for last in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(last, Int(stream.next().multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        return result
    }

    /// The position after the batch at `position`. Positions beyond the end of an epoch stand for the beginning of the
    /// next.
    public func position(after position: SamplerPosition) -> SamplerPosition {
        let start = normalized(position)
        return normalized(SamplerPosition(epoch: start.epoch, offset: min(start.offset + batchSize, samplesPerEpoch)))
    }

    /// The same place with an offset inside the epoch.
    public func normalized(_ position: SamplerPosition) -> SamplerPosition {
        position.offset >= samplesPerEpoch ? SamplerPosition(epoch: position.epoch + 1) : position
    }

    /// The range of the epoch's permutation that the batch at `position` takes.
    func range(at position: SamplerPosition) -> Range<Int> {
        position.offset..<min(position.offset + batchSize, samplesPerEpoch)
    }
}
