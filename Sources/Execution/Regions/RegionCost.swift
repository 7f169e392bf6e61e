import TesseraIR
import TesseraTensors

/// What a region costs, by the cost model.
struct RegionCost: Sendable, Comparable {
    /// Seconds of the workers' own work, of what goes through shared caches and memory, and of calls and waiting.
    var computing = 0.0
    var moving = 0.0
    var waiting = 0.0
    var seconds: Double { computing + moving + waiting }

    static func < (a: RegionCost, b: RegionCost) -> Bool { a.seconds < b.seconds }
}

extension CostModel {
    /// The cost of a region as it stands.
    func cost(of region: Region) -> RegionCost {
        let last = region.members.count - 1
        var cost = RegionCost()
        var calls = 0, read = Set<Value>()
        let (rows, columns) = region.computed
        for (index, member) in region.members.enumerated() {
            let stage = member.stage
            let again = rows[index] * columns[index] / Double(max(stage.output.height * stage.output.width, 1))
            let atOnce = region.rowsAtOnce[index]
            cost.computing += seconds(of: stage, rowsAtOnce: atOnce) * max(again, 1e-9)
            let visits = stage.output.images * region.columns.count * (Int(rows[index]) / max(atOnce, 1) + 1)
            calls += visits
            // Weights are read at every visit, from the shared cache where the second one cannot hold them.
            let weights = stage.packing.byteCount
            cost.computing +=
                Double(visits * weights) / (weights > cacheBytes / 2 ? sharedCache / Double(workers) : cache)
            for (slot, source) in member.sources.enumerated() {
                guard case .memory(let value) = source, let layout = stage.inputs[slot],
                    value.map({ read.insert($0).inserted }) ?? true
                else { continue }
                cost.moving += transfer(layout.byteCount, isWritten: false)
            }
        }
        cost.moving += transfer(region.members[last].stage.output.byteCount, isWritten: true)
        let ringBytes = region.ringBytes
        if ringBytes > cacheBytes * 3 / 4 {
            for member in region.members.dropLast() {
                cost.moving += 2 * Double(member.stage.output.byteCount) / sharedCache
            }
        }
        let tiles = region.tileCount, rounds = (tiles + workers - 1) / workers
        let busy = Double(tiles) / Double(rounds * workers)
        cost.computing /= Double(workers) * max(busy, 1e-9)
        cost.waiting = step + Double(calls) * call / Double(workers)
        return cost
    }

    /// Pixels at once that a matrix product needs to reach its rate.
    private static let productPixels = 8

    /// Seconds of one worker for a whole output, whose operands are in its cache.
    private func seconds(of stage: Stage, rowsAtOnce: Int) -> Double {
        let moved = stage.inputs.reduce(stage.output.byteCount) { $0 + ($1?.byteCount ?? 0) }
        let computing: Double =
            switch stage.work {
            case .sweep: 0
            case .product(let count):
                count / products * max(1, Double(Self.productPixels) / Double(max(rowsAtOnce * stage.output.width, 1)))
            case .taps(let count): count / taps
            }
        return computing + Double(moved) / cache
    }
}

extension Region {
    /// The rows and columns that each member computes, over all tiles of an image.
    var computed: (rows: [Double], columns: [Double]) {
        let window = slidingWindow
        var rows = [Double](repeating: 0, count: members.count), wide = rows
        window.withState { state in
            let output = members.last!.stage.output
            for strip in tiles.strips {
                window.begin(strip, 0..<output.width, state)
                for index in members.indices { rows[index] += Double(max(0, state.end[index] - state.next[index])) }
            }
            for piece in 0..<columns.count {
                window.begin(0..<output.height, columns.range(piece), state)
                for index in members.indices { wide[index] += Double(state.columns(of: index).count) }
            }
        }
        return (rows, wide)
    }

    /// Bytes of all rings of a worker.
    var ringBytes: Int {
        members.indices.reduce(0) {
            $0 + members[$1].stage.output.ringBytes(slots: ringRows[$1], columns: ringColumns[$1])
        }
    }
}

extension ImageLayout {
    var byteCount: Int { images * height * rowBytes * (isChannelsLast ? 1 : channels) }
}
