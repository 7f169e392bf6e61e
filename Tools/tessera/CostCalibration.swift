import CKernels
import Foundation
import Tessera

/// Measures what regions are planned with on this machine, at this hour.
struct CostCalibration {
    private let options: ExecutionOptions
    private let kernels: KernelTable
    private let pool: WorkerPool
    private static let series = 7

    init(_ options: ExecutionOptions) throws {
        self.options = options
        kernels = try KernelTable(options.instructionSet)
        pool = WorkerPool(threadCount: options.threads)
    }

    func costs() throws -> CostModel {
        var costs = CostModel.standard(for: options.instructionSet)
        let panel = "gemm\(kernels.pointer.pointee.panel)"
        let rates = Dictionary(
            uniqueKeysWithValues: try KernelBenchmark.rows(
                options.instructionSet, of: [panel, "depthwise", "scale_shift"]
            ).map { ($0.kernel, $0.perSecond * 1e9) })
        costs.products = rates[panel]! / 2
        costs.taps = rates["depthwise"]! / 2
        costs.cache = rates["scale_shift"]!
        costs.sharedCache = try bandwidth(max(costs.sharedCacheBytes / 4, 2 * options.threads * costs.cacheBytes))
        costs.memory = try bandwidth(8 * costs.sharedCacheBytes)
        costs.step = try seconds(runs: 1000) { try pool.run(tiles: options.threads) { _, _ in } }
        let tiles = 10_000
        costs.call = try seconds(runs: 1) { try pool.run(tiles: tiles) { _, _ in } } / Double(tiles)
        return costs
    }

    /// Bytes a second at which all workers together read so much again and again, each its own part.
    private func bandwidth(_ bytes: Int) throws -> Double {
        // Pieces go to one small place, which stays in the first cache.
        let piece = 4096, threads = options.threads, pieces = bytes / threads / piece / 4
        let memory = KernelBenchmark.Memory(), clip = kernels.pointer.pointee.clip!
        let work = SharedPointers(from: memory.floats(pieces * piece * threads), to: memory.floats(piece * threads))
        let time = try withExtendedLifetime(memory) {
            try seconds(runs: 1) {
                try pool.run(tiles: threads) { _, tile in
                    for index in 0..<pieces {
                        clip(work.from + (tile * pieces + index) * piece, -1, 1, work.to + tile * piece, piece)
                    }
                }
            }
        }
        return Double(pieces * piece * 4 * threads) / time
    }

    /// Of one run, the least of a few series.
    private func seconds(runs: Int, _ body: () throws -> Void) throws -> Double {
        try body()
        return try (0..<Self.series).map { _ in
            let start = ContinuousClock.now
            for _ in 0..<runs { try body() }
            return (ContinuousClock.now - start).seconds / Double(runs)
        }.min()!
    }
}

/// What tiles read and write, each its own part.
private struct SharedPointers: @unchecked Sendable {
    let from: UnsafeMutablePointer<Float>
    let to: UnsafeMutablePointer<Float>
}
