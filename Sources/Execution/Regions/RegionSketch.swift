import TesseraIR
import TesseraTensors

/// Nodes that may run as one region, by the numbers that their cost hangs on: quick to weigh in many shapes. How many
/// rows rings keep is reckoned here; the region itself counts them.
struct RegionSketch {
    struct Member {
        let output: ImageLayout
        let work: Stage.Work
        let weights: Int
        /// Bytes that it reads and writes, and of the result.
        let moved: Int
        let outputBytes: Int

        init(_ stage: Stage) {
            output = stage.output
            work = stage.work
            weights = stage.packing.byteCount
            outputBytes = stage.output.byteCount
            moved = stage.inputs.reduce(stage.output.byteCount) { $0 + ($1?.byteCount ?? 0) }
        }
    }

    /// A member that reads another one, by rows and columns.
    struct Edge {
        let maker: Int
        let reader: Int
        let footprint: ImageFootprint
    }

    let members: [Member]
    /// In the order of their readers.
    let edges: [Edge]
    /// Bytes of every tensor that is read.
    let inputBytes: [Int]

    private var last: Int { members.count - 1 }

    private enum Axis { case rows, columns }

    /// What every member computes for a part of the last one's rows or columns.
    private func needed(for part: Range<Int>, _ axis: Axis) -> [Range<Int>] {
        var ranges = [Range<Int>](repeating: 0..<0, count: members.count)
        ranges[last] = part
        for edge in edges.reversed() where !ranges[edge.reader].isEmpty {
            let output = members[edge.maker].output
            let range =
                switch axis {
                case .rows: edge.footprint.rows.range(of: ranges[edge.reader], extent: output.height)
                case .columns: edge.footprint.columns.range(of: ranges[edge.reader], extent: output.width)
                }
            let old = ranges[edge.maker]
            guard !range.isEmpty else { continue }
            ranges[edge.maker] =
                old.isEmpty
                ? range : min(old.lowerBound, range.lowerBound)..<max(old.upperBound, range.upperBound)
        }
        return ranges
    }

    /// The rows or columns that every member computes over all pieces, and the most for one of them. Pieces between the
    /// first and the last one are alike.
    private func computed(_ pieces: Pieces, _ axis: Axis) -> (all: [Int], most: [Int]) {
        var all = [Int](repeating: 0, count: members.count), most = all
        for (piece, times) in [(0, 1), (pieces.count / 2, pieces.count - 2), (pieces.count - 1, 1)]
        where times > 0 && (piece > 0 || times == 1) {
            if pieces.count == 1 && all[last] > 0 { continue }
            for (index, range) in needed(for: pieces.range(piece), axis).enumerated() {
                all[index] += times * range.count
                most[index] = max(most[index], range.count)
            }
        }
        return (all, most)
    }

    /// The rows that every member computes at once for so many of the last one.
    private func rowsAtOnce(_ rows: Int) -> [Int] {
        var atOnce = [Int](repeating: 1, count: members.count)
        atOnce[last] = rows
        for edge in edges.reversed() {
            let needed = atOnce[edge.reader] * edge.footprint.rows.step / edge.footprint.rows.scale
            atOnce[edge.maker] = max(atOnce[edge.maker], min(needed, members[edge.maker].output.height))
        }
        return atOnce
    }

    /// From the first row that a reader still needs to the last that is there, in the middle of the image.
    private func ringRows(_ atOnce: [Int]) -> [Int] {
        let middle = members[last].output.height / 2
        let there = needed(for: middle..<middle + atOnce[last], .rows)
        var rings = [Int](repeating: 0, count: members.count)
        for edge in edges where !there[edge.reader].isEmpty {
            let height = members[edge.maker].output.height, end = there[edge.reader].upperBound
            let read = edge.footprint.rows.range(of: max(0, end - atOnce[edge.reader])..<end, extent: height)
            // Where a reader's rows overlap those before, the maker's steps do not end where they do.
            let beyond = read.count > atOnce[edge.maker] ? atOnce[edge.maker] - 1 : 0
            let rows = there[edge.maker].upperBound + beyond - read.lowerBound
            rings[edge.maker] = max(rings[edge.maker], min(rows, height))
        }
        return rings
    }

    /// The cost by a model, in a shape.
    func cost(_ shape: RegionShape, by model: CostModel) -> RegionCost {
        let output = members[last].output
        let strips = Pieces(of: output.height, size: shape.tileRows)
        let pieces = Pieces(of: output.width, size: shape.tileColumns)
        let rows = computed(strips, .rows), columns = computed(pieces, .columns)
        let atOnce = rowsAtOnce(shape.rowsAtOnce), rings = ringRows(atOnce)
        var cost = RegionCost(), calls = 0, ringBytes = 0
        for (index, member) in members.enumerated() {
            let pixels = Double(max(member.output.height * member.output.width, 1))
            let again = Double(rows.all[index]) * Double(columns.all[index]) / pixels
            let visits = member.output.images * pieces.count * (rows.all[index] / max(atOnce[index], 1) + 1)
            cost.computing += model.computing(member, again: again, rowsAtOnce: atOnce[index], visits: visits)
            calls += visits
            if index < last { ringBytes += member.output.ringBytes(slots: rings[index], columns: columns.most[index]) }
        }
        cost.moving = inputBytes.reduce(0) { $0 + model.transfer($1, isWritten: false) }
        cost.moving += model.transfer(members[last].outputBytes, isWritten: true)
        // Rings that no cache near the worker holds are memory that all workers need, and save none.
        if ringBytes > 2 * model.cacheBytes { cost.moving = .infinity }
        if ringBytes > model.cacheBytes * 3 / 4 {
            cost.moving += members.dropLast().reduce(0) { $0 + 2 * Double($1.outputBytes) } / model.sharedCache
        }
        return model.shared(cost, tiles: output.images * strips.count * pieces.count, calls: calls)
    }
}
