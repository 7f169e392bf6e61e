/// The gaps between buffers in an arena without end.
struct FreeMemory {
    private struct Gap: Comparable {
        let size: Int
        let offset: Int
        var end: Int { offset + size }
        static func < (a: Gap, b: Gap) -> Bool { (a.size, a.offset) < (b.size, b.offset) }
    }

    private var gaps = SortedSet<Gap>()
    private var byOffset: [Int: Gap] = [:]
    private var byEnd: [Int: Gap] = [:]

    init() { add(Gap(size: .max, offset: 0)) }

    /// The offset of bytes that are taken from the smallest gap that has them, the lowest of several.
    mutating func take(_ byteCount: Int) -> Int {
        let gap = gaps.first(notBelow: Gap(size: byteCount, offset: 0))!
        remove(gap)
        if gap.size > byteCount { add(Gap(size: gap.size - byteCount, offset: gap.offset + byteCount)) }
        return gap.offset
    }

    /// Gives bytes back; what is free before and after them joins them.
    mutating func giveBack(_ byteCount: Int, at offset: Int) {
        var free = Gap(size: byteCount, offset: offset)
        if let before = byEnd[free.offset] {
            remove(before)
            free = Gap(size: before.size + free.size, offset: before.offset)
        }
        if let after = byOffset[free.end] {
            remove(after)
            free = Gap(size: free.size + after.size, offset: free.offset)
        }
        add(free)
    }

    private mutating func add(_ gap: Gap) {
        gaps.insert(gap)
        byOffset[gap.offset] = gap
        byEnd[gap.end] = gap
    }

    private mutating func remove(_ gap: Gap) {
        gaps.remove(gap)
        byOffset[gap.offset] = nil
        byEnd[gap.end] = nil
    }
}
