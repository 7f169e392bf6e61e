/// A way to place buffers, each at the best free gap among those alive at the same time.
public struct Planner: Sendable {
    public let name: String
    /// Of buffers that are not empty; the time of some planners grows with the square of their number.
    let bufferLimit: Int
    /// One offset a request.
    let place: @Sendable ([BufferRequest]) -> [Int]

    /// The planners that compete; the smallest result wins.
    public static let all = [
        greedy("greedy by size") { ($0.byteCount, $1.steps.lowerBound) > ($1.byteCount, $0.steps.lowerBound) },
        greedy("greedy by duration") { ($0.steps.count, $0.byteCount) > ($1.steps.count, $1.byteCount) },
        Planner(name: "in order of need", bufferLimit: .max, place: placeInOrderOfNeed),
        Planner(name: "greedy by pressure", bufferLimit: 1 << 13) { requests in
            // Those first that are alive when most is.
            let occupancy = Liveness.occupancy(of: requests)
            let pressure = requests.map { occupancy[$0.steps].max()! }
            return placeGreedily(
                requests,
                order(requests) { (a: Int, b: Int) in
                    (pressure[a], requests[a].byteCount) > (pressure[b], requests[b].byteCount)
                })
        },
    ]

    /// Those for so many requests.
    static func fitting(_ requests: [BufferRequest]) -> [Planner] {
        let count = requests.count { $0.byteCount > 0 }
        return all.filter { count <= $0.bufferLimit }
    }

    private static func order(
        _ requests: [BufferRequest], by precedes: (BufferRequest, BufferRequest) -> Bool
    ) -> [Int] {
        order(requests) { (a: Int, b: Int) in precedes(requests[a], requests[b]) }
    }

    /// The buffers that are not empty, by index; equal ones in their order.
    private static func order(_ requests: [BufferRequest], by precedes: (Int, Int) -> Bool) -> [Int] {
        requests.indices.filter { requests[$0].byteCount > 0 }.sorted {
            precedes($0, $1) || (!precedes($1, $0) && $0 < $1)
        }
    }

    /// One buffer after the other in some order, each beside all that were placed before it.
    private static func greedy(
        _ name: String, by precedes: @escaping @Sendable (BufferRequest, BufferRequest) -> Bool
    ) -> Planner {
        Planner(name: name, bufferLimit: 1 << 13) { placeGreedily($0, order($0, by: precedes)) }
    }

    private static func placeGreedily(_ requests: [BufferRequest], _ order: [Int]) -> [Int] {
        var offsets = [Int](repeating: 0, count: requests.count)
        // Kept sorted by offset, so that the gaps are found in one walk.
        var placed: [(offset: Int, end: Int, steps: ClosedRange<Int>)] = []
        for index in order {
            let size = Liveness.aligned(requests[index].byteCount), steps = requests[index].steps
            var best: (waste: Int, offset: Int)?
            var cursor = 0
            for other in placed where other.steps.overlaps(steps) {
                let gap = other.offset - cursor
                if gap >= size, gap - size < best?.waste ?? .max { best = (gap - size, cursor) }
                cursor = max(cursor, other.end)
            }
            let offset = best?.offset ?? cursor
            offsets[index] = offset
            let position = placed.firstIndex { $0.offset > offset } ?? placed.count
            placed.insert((offset, offset + size, steps), at: position)
        }
        return offsets
    }

    /// Step by step, the larger buffers of a step first: bytes are free again after the last step that needs them.
    @Sendable private static func placeInOrderOfNeed(_ requests: [BufferRequest]) -> [Int] {
        var offsets = [Int](repeating: 0, count: requests.count), free = FreeMemory()
        let order = order(requests) {
            ($0.steps.lowerBound, $1.byteCount) < ($1.steps.lowerBound, $0.byteCount)
        }
        let ends = order.sorted { requests[$0].steps.upperBound < requests[$1].steps.upperBound }
        var ended = 0
        for index in order {
            while requests[ends[ended]].steps.upperBound < requests[index].steps.lowerBound {
                free.giveBack(Liveness.aligned(requests[ends[ended]].byteCount), at: offsets[ends[ended]])
                ended += 1
            }
            offsets[index] = free.take(Liveness.aligned(requests[index].byteCount))
        }
        return offsets
    }
}
