import CKernels
import Foundation
import Synchronization

/// Threads that live as long as the pool. Each takes the tiles of its own share of a phase, so that in phase after
/// phase it meets the rows that its cache still holds, and then what is left of the others'. The calling thread works
/// too, and waits only for workers that have begun: on a busy machine a worker that gets no processor misses a phase
/// and delays nobody. Idle workers spin for a moment, then sleep.
public final class WorkerPool: Sendable {
    public let threadCount: Int
    /// The work of one phase: worker index and tile.
    public typealias Body = (_ worker: Int, _ tile: Int) throws -> Void
    private let crew: Crew

    /// `threadCount` workers in all, at least one.
    public init(threadCount: Int) {
        self.threadCount = max(1, threadCount)
        let crew = Crew(workers: self.threadCount)
        self.crew = crew
        // Schedulers may leave a thread beside the one that made it for longer than a whole inference takes.
        let own = tessera_current_processor()
        for worker in 1..<self.threadCount {
            let thread = Thread {
                tessera_avoid_processor(own)
                crew.serve(worker)
            }
            thread.stackSize = 1 << 20
            thread.name = "tessera worker \(worker)"
            thread.start()
        }
    }

    deinit { crew.stop() }

    /// Runs all tiles and returns when the last is done; throws the first error of a tile. Denormals are flushed to
    /// zero, or never, on every thread that works, while it does. Not to be called from two threads at once.
    public func run(tiles: Int, flushingDenormals: Bool = false, _ body: @escaping Body) throws {
        try run(TileWork(count: tiles, flushesDenormals: flushingDenormals, tiles: .body(body)))
    }

    /// The same for a phase of a step, each worker with its own part of the scratch memory.
    func run(_ phase: Phase, _ memory: StepMemory, scratch: UnsafeMutableRawPointer, stride: Int) throws {
        let tiles = TileWork.Tiles.phase(phase, memory, scratch, stride)
        try run(TileWork(count: phase.tileCount, flushesDenormals: phase.flushesDenormals, tiles: tiles))
    }

    private func run(_ work: TileWork) throws {
        if threadCount == 1 || work.count <= 1 {
            let previous = tessera_flush_denormals(work.flushesDenormals)
            defer { tessera_flush_denormals(previous) }
            var tile = 0
            return try work.run(worker: 0) {
                defer { tile += 1 }
                return tile < work.count ? tile : nil
            }
        }
        try crew.run(work)
    }
}

/// Tiles to be run. A phase is held as it is: a closure around it would be memory allocated in every run.
private struct TileWork {
    enum Tiles {
        case body(WorkerPool.Body)
        case phase(Phase, StepMemory, UnsafeMutableRawPointer, Int)
    }
    let count: Int
    let flushesDenormals: Bool
    let tiles: Tiles

    /// Runs the tiles that `next` gives until there are no more.
    func run(worker: Int, _ next: () -> Int?) throws {
        switch tiles {
        case .body(let body): while let tile = next() { try body(worker, tile) }
        case .phase(let phase, let memory, let scratch, let stride):
            let own = scratch + worker * stride, start = memory.times.map { _ in ContinuousClock.now }
            while let tile = next() { try phase.run(tile, memory, own) }
            if let start, let times = memory.times { times.add(ContinuousClock.now - start, at: 0) }
        }
    }
}

/// What a pool and its threads share. The threads hold the crew, not the pool, so that dropping the pool ends them.
private final class Crew: @unchecked Sendable {
    private var work: TileWork?
    private let shares: TileShares
    private let generation = Atomic<Int>(0)
    /// The number of helpers inside the phase, plus `open` while others may still come in.
    private let presence = Atomic<Int>(0)
    private static let open = 1 << 32
    private let isStopping = Atomic<Bool>(false)
    /// Signalled when there is a new generation of work, or none will come.
    private let condition = NSCondition()
    private let failure = Mutex<(any Error)?>(nil)
    /// Pauses before a waiting thread offers its processor to others at every turn, and before an idle helper sleeps.
    private static let pauseLimit = 2000, spinLimit = 20_000

    init(workers: Int) { shares = TileShares(workers: workers) }

    func stop() {
        condition.lock()
        isStopping.store(true, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
    }

    func run(_ work: TileWork) throws {
        self.work = work
        shares.fill(work.count)
        presence.store(Self.open, ordering: .releasing)
        condition.lock()
        generation.wrappingAdd(1, ordering: .releasing)
        condition.broadcast()
        condition.unlock()
        takeTiles(worker: 0)
        presence.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
        var spins = 0
        while presence.load(ordering: .acquiring) > 0 { Self.pause(&spins) }
        self.work = nil
        if let error = failure.withLock({ error in
            defer { error = nil }; return error
        }) {
            throw error
        }
    }

    private static func pause(_ spins: inout Int) {
        spins += 1
        if spins < pauseLimit { tessera_pause() } else { sched_yield() }
    }

    /// Whether a helper is in time for the phase; if so the phase does not end before it leaves.
    private func enter() -> Bool {
        var current = presence.load(ordering: .relaxed)
        while current & Self.open != 0 {
            let (isIn, now) = presence.weakCompareExchange(
                expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
            if isIn { return true }
            current = now
        }
        return false
    }

    private func takeTiles(worker: Int) {
        let work = work!
        let previous = tessera_flush_denormals(work.flushesDenormals)
        defer { tessera_flush_denormals(previous) }
        do {
            var share = worker
            try work.run(worker: worker) { shares.next(&share, of: worker) }
        } catch {
            failure.withLock { if $0 == nil { $0 = error } }
            shares.fill(0)
        }
    }

    /// The life of a helper.
    func serve(_ worker: Int) {
        var seen = 0
        while true {
            var spins = 0
            while generation.load(ordering: .acquiring) == seen, spins < Self.spinLimit,
                !isStopping.load(ordering: .relaxed)
            {
                Self.pause(&spins)
            }
            if generation.load(ordering: .acquiring) == seen {
                condition.lock()
                while generation.load(ordering: .acquiring) == seen, !isStopping.load(ordering: .acquiring) {
                    condition.wait()
                }
                condition.unlock()
            }
            if isStopping.load(ordering: .acquiring) { return }
            seen = generation.load(ordering: .acquiring)
            guard enter() else { continue }
            takeTiles(worker: worker)
            presence.wrappingSubtract(1, ordering: .releasing)
        }
    }
}
