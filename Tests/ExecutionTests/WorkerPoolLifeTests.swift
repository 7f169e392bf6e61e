import Foundation
import TesseraExecution
import Testing

/// A pool that nobody holds any more is gone, and its threads with it.
@Suite struct WorkerPoolLifeTests {
    private static var threadCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
    }

    @Test func droppedPoolsEndTheirThreads() throws {
        let pools = 40, threads = 5
        for _ in 0..<pools { try WorkerPool(threadCount: threads).run(tiles: 10) { _, _ in } }
        // Other tests have pools of their own, but not that many.
        let deadline = ContinuousClock.now + .seconds(20)
        while Self.threadCount > pools * (threads - 1) / 2, ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(Self.threadCount <= pools * (threads - 1) / 2)
    }
}
