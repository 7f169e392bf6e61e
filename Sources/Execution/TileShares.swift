import Synchronization

/// The tiles of a phase, cut into one run of neighbours for each worker. Who has done its own takes from the next.
final class TileShares: @unchecked Sendable {
    private let workers: Int
    /// Counters lie two cache lines apart: processors fetch these in pairs.
    private static let stride = 16
    private let nextTiles: UnsafeMutablePointer<Atomic<Int>>
    private let ends: UnsafeMutablePointer<Atomic<Int>>

    init(workers: Int) {
        self.workers = workers
        func counters() -> UnsafeMutablePointer<Atomic<Int>> {
            let counters = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: workers * Self.stride)
            for index in 0..<workers * Self.stride { (counters + index).initialize(to: Atomic(0)) }
            return counters
        }
        (nextTiles, ends) = (counters(), counters())
    }

    deinit {
        for counters in [nextTiles, ends] {
            counters.deinitialize(count: workers * Self.stride)
            counters.deallocate()
        }
    }

    /// Begins a phase of so many tiles; 0 ends one early.
    func fill(_ count: Int) {
        for worker in 0..<workers {
            nextTiles[worker * Self.stride].store(worker * count / workers, ordering: .relaxed)
            ends[worker * Self.stride].store((worker + 1) * count / workers, ordering: .relaxed)
        }
    }

    /// A tile that nobody has taken, of the share at hand or the next that has one; nil where all are taken.
    func next(_ share: inout Int, of worker: Int) -> Int? {
        repeat {
            let tile = nextTiles[share * Self.stride].wrappingAdd(1, ordering: .relaxed).oldValue
            if tile < ends[share * Self.stride].load(ordering: .relaxed) { return tile }
            share = (share + 1) % workers
        } while share != worker
        return nil
    }
}
