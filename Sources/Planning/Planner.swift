/// A way to place buffers: in some order, each at the best free gap among those alive at the same time.
public struct Planner: Sendable {
    public let name: String
    let precedes: @Sendable (BufferRequest, BufferRequest) -> Bool

    /// The planners that compete; the smallest result wins.
    public static let all = [
        Planner(name: "greedy by size") { ($0.byteCount, $1.steps.lowerBound) > ($1.byteCount, $0.steps.lowerBound) },
        Planner(name: "greedy by duration") { ($0.steps.count, $0.byteCount) > ($1.steps.count, $1.byteCount) },
        Planner(name: "in order of need") { ($0.steps.lowerBound, $1.byteCount) < ($1.steps.lowerBound, $0.byteCount) },
    ]

    /// One offset a request.
    public func place(_ requests: [BufferRequest]) -> [Int] {
        let order = requests.indices.sorted {
            precedes(requests[$0], requests[$1]) || (!precedes(requests[$1], requests[$0]) && $0 < $1)
        }
        var offsets = [Int](repeating: 0, count: requests.count)
        // Kept sorted by offset, so that the gaps are found in one walk.
        var placed: [(offset: Int, end: Int, index: Int)] = []
        for index in order where requests[index].byteCount > 0 {
            let size = Liveness.aligned(requests[index].byteCount)
            var best: (waste: Int, offset: Int)?
            var cursor = 0
            for other in placed where requests[other.index].steps.overlaps(requests[index].steps) {
                let gap = other.offset - cursor
                if gap >= size, gap - size < best?.waste ?? .max { best = (gap - size, cursor) }
                cursor = max(cursor, other.end)
            }
            let offset = best?.offset ?? cursor
            offsets[index] = offset
            let position = placed.firstIndex { $0.offset > offset } ?? placed.count
            placed.insert((offset, offset + size, index), at: position)
        }
        return offsets
    }
}
