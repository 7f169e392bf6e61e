import CKernels
import Foundation
import Synchronization

/// Threads that live as long as the pool and take tiles from a common counter. The calling thread works too.
/// Idle workers spin for a moment, then sleep. Denormals are flushed to zero on every thread while it computes.
public final class WorkerPool: @unchecked Sendable {
    public let threadCount: Int
    /// The work of one phase: worker index and tile.
    public typealias Body = (_ worker: Int, _ tile: Int) throws -> Void

    private var body: Body?
    private var tileCount = 0
    private let nextTile = Atomic<Int>(0)
    private let generation = Atomic<Int>(0)
    private let running = Atomic<Int>(0)
    private let isStopping = Atomic<Bool>(false)
    private let condition = NSCondition()
    private let failure = Mutex<(any Error)?>(nil)
    private static let spinLimit = 20_000

    /// `threadCount` workers in all, at least one.
    public init(threadCount: Int) {
        self.threadCount = max(1, threadCount)
        for worker in 1..<self.threadCount {
            let thread = Thread { [weak self] in
                tessera_flush_denormals(true)
                WorkerPool.serve(worker) { self }
            }
            thread.stackSize = 1 << 20
            thread.name = "tessera worker \(worker)"
            thread.start()
        }
    }

    deinit { stop() }

    private func stop() {
        isStopping.store(true, ordering: .releasing)
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    /// Runs all tiles and returns when the last is done; throws the first error of a tile. Not to be called from two threads at once.
    public func run(tiles: Int, _ body: @escaping Body) throws {
        let previous = tessera_flush_denormals(true)
        defer { tessera_flush_denormals(previous) }
        if threadCount == 1 || tiles <= 1 {
            for tile in 0..<tiles { try body(0, tile) }
            return
        }
        self.body = body
        tileCount = tiles
        nextTile.store(0, ordering: .relaxed)
        running.store(threadCount - 1, ordering: .relaxed)
        condition.lock()
        generation.wrappingAdd(1, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
        takeTiles(worker: 0)
        while running.load(ordering: .acquiring) > 0 { tessera_pause() }
        self.body = nil
        if let error = failure.withLock({ error in defer { error = nil }; return error }) { throw error }
    }

    private func takeTiles(worker: Int) {
        while true {
            let tile = nextTile.wrappingAdd(1, ordering: .relaxed).oldValue
            guard tile < tileCount else { return }
            do { try body!(worker, tile) } catch {
                failure.withLock { if $0 == nil { $0 = error } }
                nextTile.store(tileCount, ordering: .relaxed)
            }
        }
    }

    /// Holds the pool only while working, so that dropping the last reference ends the threads.
    private static func serve(_ worker: Int, _ pool: () -> WorkerPool?) {
        guard let condition = pool()?.condition else { return }
        var seen = 0
        while true {
            guard let shared = pool(), !shared.isStopping.load(ordering: .acquiring) else { return }
            var spins = 0
            while shared.generation.load(ordering: .acquiring) == seen, spins < spinLimit {
                spins += 1
                tessera_pause()
            }
            if shared.generation.load(ordering: .acquiring) == seen {
                condition.lock()
                if shared.generation.load(ordering: .acquiring) == seen, !shared.isStopping.load(ordering: .acquiring) {
                    // A bounded wait, so that a worker that holds the last reference lets go of it.
                    _ = condition.wait(until: Date(timeIntervalSinceNow: 0.2))
                }
                condition.unlock()
                continue
            }
            seen = shared.generation.load(ordering: .acquiring)
            shared.takeTiles(worker: worker)
            shared.running.wrappingSubtract(1, ordering: .releasing)
        }
    }
}
