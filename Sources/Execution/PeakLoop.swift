import CKernels

extension Session {
    private static let floats = 12 * 16, tilesAWorker = 4, series = 20
    /// Steps of a tile: half a millisecond or more.
    private static let times = 50_000

    /// The floating-point operations a second that the workers reach together with multiply-adds in registers and
    /// nothing else: the roof that kernels are measured by, the best of a few series. Machines vary by the hour, so it
    /// is measured beside what it is compared with.
    public func peakOperationsPerSecond() throws -> Double {
        let tiles = pool.threadCount * Self.tilesAWorker
        let multiplyAdds = program.kernels.pointer.pointee.multiply_adds!
        func measure() throws -> Double {
            let start = ContinuousClock.now
            try pool.run(tiles: tiles) { _, _ in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.floats) { sums in
                    sums.initialize(repeating: 1)
                    multiplyAdds(Self.times, 0.75, 0.25, sums.baseAddress, Self.floats)
                }
            }
            return Double(2 * tiles * Self.times * Self.floats) / ((ContinuousClock.now - start) / .seconds(1))
        }
        return try (0..<Self.series).map { _ in try measure() }.max()!
    }
}
