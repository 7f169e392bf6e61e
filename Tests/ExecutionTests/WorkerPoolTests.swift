import Synchronization
import TesseraExecution
import TesseraTensors
import Testing

/// The worker pool: every tile once, errors come out, and the pool goes on.
@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 5, 1000])
    func everyTileRunsOnce(_ threads: Int, _ tiles: Int) throws {
        let pool = WorkerPool(threadCount: threads), counts = Mutex([Int](repeating: 0, count: tiles)),
            workers = Mutex(Set<Int>())
        for _ in 0..<3 {
            try pool.run(tiles: tiles) { worker, tile in
                counts.withLock { $0[tile] += 1 }
                workers.withLock { _ = $0.insert(worker) }
            }
        }
        #expect(counts.withLock { $0 } == [Int](repeating: 3, count: tiles))
        #expect(workers.withLock { $0.allSatisfy { (0..<threads).contains($0) } })
    }

    /// Many pools at once on few processors: a phase does not wait for threads that are not awake, and threads end with
    /// their pool.
    @Test(.timeLimit(.minutes(1))) func poolsComeAndGo() throws {
        let done = Atomic<Int>(0)
        for _ in 0..<5 {
            let pools = (0..<6).map { _ in WorkerPool(threadCount: 4) }
            for pool in pools {
                for _ in 0..<5 { try pool.run(tiles: 8) { _, _ in done.wrappingAdd(1, ordering: .relaxed) } }
            }
        }
        #expect(done.load(ordering: .relaxed) == 5 * 6 * 5 * 8)
    }

    @Test(arguments: [1, 3])
    func theErrorOfATileIsThrownAndThePoolGoesOn(_ threads: Int) throws {
        let pool = WorkerPool(threadCount: threads)
        for failing in [0, 17, 99] {
            #expect(throws: TesseraError(at: "tile", found: "\(failing)")) {
                try pool.run(tiles: 100) { _, tile in
                    if tile == failing { throw TesseraError(at: "tile", found: "\(tile)") }
                }
            }
        }
        let done = Atomic<Int>(0)
        try pool.run(tiles: 50) { _, _ in done.wrappingAdd(1, ordering: .relaxed) }
        #expect(done.load(ordering: .relaxed) == 50)
    }
}
