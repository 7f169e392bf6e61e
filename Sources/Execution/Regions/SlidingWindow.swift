import TesseraIR

/// The order in which the members of a region compute their rows: rows of the last one are asked for, and every member
/// first lets its makers advance to the last row that it needs.
final class SlidingWindow: @unchecked Sendable {
    private struct Maker {
        let member: Int
        let rows: Footprint
        let columns: Footprint
        let height: Int
        let width: Int
    }
    private struct Member {
        let rowsAtOnce: Int
        /// In `makers`.
        let makers: Range<Int>
    }
    // By pointers, as in `RegionPlan`.
    private let members: UnsafeMutableBufferPointer<Member>
    private let makers: UnsafeMutableBufferPointer<Maker>
    private let output: ImageLayout
    var count: Int { members.count }

    init(_ members: [Region.Member], _ rowsAtOnce: [Int]) {
        var makers: [Maker] = []
        output = members.last!.stage.output
        let places = members.indices.map { index in
            let first = makers.count
            for case .member(let maker, let footprint) in members[index].sources {
                let output = members[maker].stage.output
                makers.append(
                    Maker(
                        member: maker, rows: footprint.rows, columns: footprint.columns, height: output.height,
                        width: output.width))
            }
            return Member(rowsAtOnce: rowsAtOnce[index], makers: first..<makers.count)
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

    /// Where every member stands in a tile: the next row that it computes, the end of the rows that the tile needs of
    /// it, and its columns.
    struct State {
        let next: UnsafeMutablePointer<Int>
        let end: UnsafeMutablePointer<Int>
        let firstColumn: UnsafeMutablePointer<Int>
        let endColumn: UnsafeMutablePointer<Int>

        static func byteCount(_ members: Int) -> Int { 4 * members * MemoryLayout<Int>.stride }

        init(at memory: UnsafeMutableRawPointer, members: Int) {
            next = memory.bindMemory(to: Int.self, capacity: 4 * members)
            end = next + members
            firstColumn = end + members
            endColumn = firstColumn + members
        }

        func columns(of member: Int) -> Range<Int> {
            firstColumn[member] < endColumn[member] ? firstColumn[member]..<endColumn[member] : 0..<0
        }
    }

    /// Sets what every member must compute for some rows and columns of the last one's output.
    func begin(_ rows: Range<Int>, _ columns: Range<Int>, _ state: State) {
        for member in 0..<count {
            (state.next[member], state.end[member]) = (Int.max, 0)
            (state.firstColumn[member], state.endColumn[member]) = (Int.max, 0)
        }
        (state.next[count - 1], state.end[count - 1]) = (rows.lowerBound, rows.upperBound)
        (state.firstColumn[count - 1], state.endColumn[count - 1]) = (columns.lowerBound, columns.upperBound)
        for member in (0..<count).reversed() where state.next[member] < state.end[member] {
            for index in members[member].makers {
                let maker = makers[index]
                let rows = maker.rows.range(of: state.next[member]..<state.end[member], extent: maker.height)
                let columns = maker.columns.range(of: state.columns(of: member), extent: maker.width)
                guard !rows.isEmpty, !columns.isEmpty else { continue }
                state.next[maker.member] = min(state.next[maker.member], rows.lowerBound)
                state.end[maker.member] = max(state.end[maker.member], rows.upperBound)
                state.firstColumn[maker.member] = min(state.firstColumn[maker.member], columns.lowerBound)
                state.endColumn[maker.member] = max(state.endColumn[maker.member], columns.upperBound)
            }
        }
    }

    /// Calls `visit` with a member and the rows that it computes next, until the tile that `begin` set is done.
    func run(_ state: State, _ visit: (_ member: Int, _ rows: Range<Int>) -> Void) {
        advance(count - 1, to: state.end[count - 1], state, visit)
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

    /// Calls `body` with memory for the state of a tile.
    func withState<Result>(_ body: (State) throws -> Result) rethrows -> Result {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: State.byteCount(count), alignment: MemoryLayout<Int>.alignment)
        defer { memory.deallocate() }
        return try body(State(at: memory, members: count))
    }

    /// The rows that each member's ring must keep: from the first that a reader still needs to the last that was
    /// computed, at any time of any strip. 0 for the last member.
    func ringRows(_ tiles: RowTiles) -> [Int] {
        var depths = [Int](repeating: 0, count: count)
        var readers = [[(member: Int, rows: Footprint)]](repeating: [], count: count)
        for (member, place) in members.enumerated() {
            for maker in makers[place.makers] { readers[maker.member].append((member, maker.rows)) }
        }
        let heights = makers.reduce(into: [Int: Int]()) { $0[$1.member] = $1.height }
        withState { state in
            for strip in tiles.strips {
                begin(strip, 0..<output.width, state)
                run(state) { member, rows in
                    for reader in readers[member] where state.next[reader.member] < state.end[reader.member] {
                        let needed = reader.rows.range(
                            of: state.next[reader.member]..<state.end[reader.member], extent: heights[member]!)
                        guard !needed.isEmpty, needed.lowerBound < rows.upperBound else { continue }
                        depths[member] = max(depths[member], rows.upperBound - needed.lowerBound)
                    }
                }
            }
        }
        return depths
    }

    /// The columns that each member's ring must hold. 0 for the last member.
    func ringColumns(_ pieces: Pieces) -> [Int] {
        var widths = [Int](repeating: 0, count: count)
        withState { state in
            for piece in 0..<pieces.count {
                begin(0..<output.height, pieces.range(piece), state)
                for member in 0..<count - 1 { widths[member] = max(widths[member], state.columns(of: member).count) }
            }
        }
        return widths
    }
}
