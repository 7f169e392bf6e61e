import TesseraIR

/// The order in which the members of a region compute their rows: rows of the last one are asked for, and every member
/// first lets its makers advance to the last row that it needs.
final class SlidingWindow: @unchecked Sendable {
    private struct Maker {
        let member: Int
        let rows: Footprint
        let height: Int
    }
    private struct Member {
        let height: Int
        let rowsAtOnce: Int
        /// In `makers`.
        let makers: Range<Int>
    }
    // By pointers, as in `RegionPlan`.
    private let members: UnsafeMutableBufferPointer<Member>
    private let makers: UnsafeMutableBufferPointer<Maker>
    var count: Int { members.count }

    init(_ members: [Region.Member], _ rowsAtOnce: [Int]) {
        let heights = members.map(\.stage.output.height)
        var makers: [Maker] = []
        let places = members.indices.map { index in
            let first = makers.count
            for case .member(let maker, let rows) in members[index].sources {
                makers.append(Maker(member: maker, rows: rows, height: heights[maker]))
            }
            return Member(height: heights[index], rowsAtOnce: rowsAtOnce[index], makers: first..<makers.count)
        }
        self.members = .allocate(capacity: members.count)
        _ = self.members.initialize(from: places)
        self.makers = .allocate(capacity: max(makers.count, 1))
        _ = self.makers.initialize(from: makers)
    }

    deinit {
        members.deallocate()
        makers.deallocate()
    }

    /// Where every member stands: the next row that it computes, and the end of the rows that a strip needs of it.
    struct State {
        var next: UnsafeMutablePointer<Int>
        var end: UnsafeMutablePointer<Int>

        static func byteCount(_ members: Int) -> Int { 2 * members * MemoryLayout<Int>.stride }

        init(at memory: UnsafeMutableRawPointer, members: Int) {
            next = memory.bindMemory(to: Int.self, capacity: 2 * members)
            end = next + members
        }
    }

    /// Calls `visit` with a member and the rows that it computes next, until a strip of the last member's rows is done.
    func run(_ strip: Range<Int>, _ state: State, _ visit: (_ member: Int, _ rows: Range<Int>) -> Void) {
        for member in 0..<count { (state.next[member], state.end[member]) = (Int.max, 0) }
        (state.next[count - 1], state.end[count - 1]) = (strip.lowerBound, strip.upperBound)
        for member in (0..<count).reversed() where state.next[member] < state.end[member] {
            for index in members[member].makers {
                let maker = makers[index]
                let rows = maker.rows.range(of: state.next[member]..<state.end[member], extent: maker.height)
                guard !rows.isEmpty else { continue }
                state.next[maker.member] = min(state.next[maker.member], rows.lowerBound)
                state.end[maker.member] = max(state.end[maker.member], rows.upperBound)
            }
        }
        advance(count - 1, to: strip.upperBound, state, visit)
    }

    private func advance(
        _ member: Int, to end: Int, _ state: State, _ visit: (_ member: Int, _ rows: Range<Int>) -> Void
    ) {
        while state.next[member] < end {
            let first = state.next[member]
            let rows = first..<min(first + members[member].rowsAtOnce, state.end[member])
            for index in members[member].makers {
                let maker = makers[index], needed = maker.rows.range(of: rows, extent: maker.height)
                if !needed.isEmpty { advance(maker.member, to: needed.upperBound, state, visit) }
            }
            visit(member, rows)
            state.next[member] = rows.upperBound
        }
    }

    /// The rows that each member's ring must keep: from the first that a reader still needs to the last that was
    /// computed, at any time of any strip. 0 for the last member.
    func ringRows(_ tiles: RowTiles) -> [Int] {
        var depths = [Int](repeating: 0, count: count)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: State.byteCount(count), alignment: MemoryLayout<Int>.alignment)
        defer { memory.deallocate() }
        let state = State(at: memory, members: count)
        var readers = [[(member: Int, rows: Footprint)]](repeating: [], count: count)
        for (member, place) in members.enumerated() {
            for maker in makers[place.makers] { readers[maker.member].append((member, maker.rows)) }
        }
        for strip in tiles.strips {
            run(strip, state) { member, rows in
                for reader in readers[member] where state.next[reader.member] < state.end[reader.member] {
                    let needed = reader.rows.range(
                        of: state.next[reader.member]..<state.end[reader.member], extent: members[member].height)
                    guard !needed.isEmpty, needed.lowerBound < rows.upperBound else { continue }
                    depths[member] = max(depths[member], rows.upperBound - needed.lowerBound)
                }
            }
        }
        return depths
    }
}
