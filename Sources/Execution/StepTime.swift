import CKernels

/// What a step took in one run.
public struct StepTime: Sendable {
    /// Its place in the program.
    public let step: Int
    public let elapsed: Duration
    /// What all workers together spent on its tiles.
    public let busy: Duration
    /// What of the elapsed time each node took: shared out as the workers spent it.
    public let shares: [Duration]

    init(step: Int, elapsed: Duration, times: WorkerTimes) {
        self.step = step
        self.elapsed = elapsed
        busy = .nanoseconds(times.nanoseconds[0])
        let nodes = times.nanoseconds.dropFirst(), all = nodes.reduce(0, +)
        // Nodes of a region alone are timed by themselves.
        shares = nodes.map { all > 0 ? elapsed * (Double($0) / Double(all)) : elapsed / nodes.count }
    }
}

/// Where workers add up the nanoseconds that they spend: on the tiles of a step, then on each of its nodes.
struct WorkerTimes: @unchecked Sendable {
    let nanoseconds: UnsafeMutableBufferPointer<Int>

    func add(_ time: Duration, at index: Int) {
        tessera_add(nanoseconds.baseAddress! + index, Int(time.components.attoseconds / 1_000_000_000))
    }

    /// Memory for a step of so many nodes.
    static func of<Result>(nodes: Int, _ body: (WorkerTimes) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: Int.self, capacity: nodes + 1) { nanoseconds in
            nanoseconds.initialize(repeating: 0)
            return try body(WorkerTimes(nanoseconds: nanoseconds))
        }
    }
}
