/// Different elements in ascending order, in chunks of bounded length: finding, adding and removing one costs about
/// the square root of their number at most, in moves of memory that are fast.
package struct SortedSet<Element: Comparable> {
    private static var chunkLimit: Int { 1024 }
    /// None is empty.
    private var chunks: [[Element]] = []

    package init() {}

    /// Adds an element that is not there yet.
    package mutating func insert(_ element: Element) {
        guard !chunks.isEmpty else { return chunks = [[element]] }
        let chunk = min(Self.firstIndex(in: chunks.indices) { chunks[$0].last! >= element }, chunks.count - 1)
        chunks[chunk].insert(element, at: place(of: element, in: chunk))
        guard chunks[chunk].count > Self.chunkLimit else { return }
        let half = chunks[chunk].count / 2
        chunks.insert(Array(chunks[chunk][half...]), at: chunk + 1)
        chunks[chunk].removeSubrange(half...)
    }

    /// Removes an element that is there.
    package mutating func remove(_ element: Element) {
        let chunk = Self.firstIndex(in: chunks.indices) { chunks[$0].last! >= element }
        let place = chunk < chunks.count ? place(of: element, in: chunk) : 0
        precondition(chunk < chunks.count && chunks[chunk][place] == element, "the element is not in the set")
        chunks[chunk].remove(at: place)
        if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
    }

    /// The smallest element that is not below another.
    package func first(notBelow element: Element) -> Element? {
        let chunk = Self.firstIndex(in: chunks.indices) { chunks[$0].last! >= element }
        return chunk < chunks.count ? chunks[chunk][place(of: element, in: chunk)] : nil
    }

    /// The largest element below another.
    package func last(below element: Element) -> Element? {
        let chunk = Self.firstIndex(in: chunks.indices) { chunks[$0].first! >= element } - 1
        return chunk >= 0 ? chunks[chunk][place(of: element, in: chunk) - 1] : nil
    }

    private func place(of element: Element, in chunk: Int) -> Int {
        Self.firstIndex(in: chunks[chunk].indices) { chunks[chunk][$0] >= element }
    }

    /// The first index of which a property holds that all later ones have too.
    private static func firstIndex(in indices: Range<Int>, where holds: (Int) -> Bool) -> Int {
        var (low, high) = (indices.lowerBound, indices.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
