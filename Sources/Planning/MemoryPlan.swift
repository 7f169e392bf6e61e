import TesseraTensors

/// A stretch of memory that is needed from one step of a program to another.
public struct BufferRequest: Sendable, Equatable {
    /// What it holds, for people: a value and its path, or a step's workspace.
    public let name: String
    /// Why it is stored: its readers, or the step it serves.
    public let reason: String
    public let byteCount: Int
    /// The first and the last step during which the bytes must stay intact.
    public let steps: ClosedRange<Int>

    public init(name: String, reason: String, byteCount: Int, steps: ClosedRange<Int>) {
        self.name = name
        self.reason = reason
        self.byteCount = byteCount
        self.steps = steps
    }
}

/// Where every buffer lies in the one arena of a program.
public struct MemoryPlan: Sendable {
    public struct Placement: Sendable {
        public let request: BufferRequest
        public let offset: Int

        package init(request: BufferRequest, offset: Int) {
            self.request = request
            self.offset = offset
        }

        public var end: Int { offset + request.byteCount }
    }

    /// Buffers begin at multiples of this: a cache line, and the widest vector.
    public static let alignment = 64
    /// Kernels may read (never write) up to one vector past a buffer's end.
    public static let slack = 64

    public let planner: String
    /// In the order of the requests.
    public let placements: [Placement]
    public let byteCount: Int
    /// The largest sum of buffers alive at one step: no plan can be smaller.
    public let lowerBound: Int
    /// The step at which that sum is reached.
    public let peakStep: Int

    package init(planner: String, placements: [Placement], byteCount: Int, lowerBound: Int, peakStep: Int) {
        self.planner = planner
        self.placements = placements
        self.byteCount = byteCount
        self.lowerBound = lowerBound
        self.peakStep = peakStep
    }

    /// The smallest plan that the planners find for the requests.
    public static func smallest(for requests: [BufferRequest]) -> MemoryPlan {
        let (bound, peak) = Liveness.peak(of: requests)
        let plans = Planner.fitting(requests).map { planner in
            let offsets = planner.place(requests)
            let placements = zip(requests, offsets).map { Placement(request: $0, offset: $1) }
            return MemoryPlan(
                planner: planner.name, placements: placements, byteCount: (placements.map(\.end).max() ?? 0) + slack,
                lowerBound: bound, peakStep: peak)
        }
        return plans.min { $0.byteCount < $1.byteCount }!
    }
}

/// What is alive when.
public enum Liveness {
    public static func aligned(_ byteCount: Int) -> Int {
        (byteCount + MemoryPlan.alignment - 1) / MemoryPlan.alignment * MemoryPlan.alignment
    }

    /// The largest live sum and the first step at which it is reached.
    public static func peak(of requests: [BufferRequest]) -> (byteCount: Int, step: Int) {
        let occupancy = occupancy(of: requests)
        let step = occupancy.indices.max { occupancy[$0] < occupancy[$1] } ?? 0
        return (occupancy.isEmpty ? 0 : occupancy[step], step)
    }

    /// Bytes alive at every step.
    public static func occupancy(of requests: [BufferRequest]) -> [Int] {
        var change = [Int](repeating: 0, count: (requests.map(\.steps.upperBound).max() ?? -1) + 2)
        for request in requests {
            change[request.steps.lowerBound] += aligned(request.byteCount)
            change[request.steps.upperBound + 1] -= aligned(request.byteCount)
        }
        var sum = 0
        return change.dropLast().map {
            sum += $0; return sum
        }
    }
}
