import TesseraTensors

/// What a region costs, by the cost model, in seconds.
struct RegionCost: Sendable, Comparable {
    /// Of the workers' own work, of what goes through shared caches and memory, and of calls and waiting.
    var computing = 0.0
    var moving = 0.0
    var waiting = 0.0
    var seconds: Double { computing + moving + waiting }

    static func < (a: RegionCost, b: RegionCost) -> Bool { a.seconds < b.seconds }
}

extension CostModel {
    /// Pixels at once that a matrix product needs to reach its rate.
    private static let productPixels = 8

    /// The cost of a node alone.
    func cost(of stage: Stage) -> RegionCost {
        let region = Region(stage), member = RegionSketch.Member(stage)
        var cost = RegionCost()
        let strips =
            stage.output.images * max(1, (stage.output.height + region.rowsAtOnce[0] - 1) / region.rowsAtOnce[0])
        cost.computing = computing(member, again: 1, rowsAtOnce: region.rowsAtOnce[0], visits: strips)
        cost.moving = stage.inputs.reduce(0) { $0 + ($1.map { transfer($0.byteCount, isWritten: false) } ?? 0) }
        cost.moving += transfer(member.outputBytes, isWritten: true)
        // Every part of the channels reads the inputs anew.
        let parts = region.tiles.parts.count
        cost.computing += Double((parts - 1) * (member.moved - member.outputBytes)) / cache
        return shared(cost, tiles: region.tiles.count, calls: strips * parts)
    }

    /// Seconds of one worker for a member, `again` times its whole output, whose operands are in its cache.
    func computing(_ member: RegionSketch.Member, again: Double, rowsAtOnce: Int, visits: Int) -> Double {
        let pixels = max(rowsAtOnce * member.output.width, 1)
        let working: Double =
            switch member.work {
            case .sweep: 0
            case .product(let count): count / products * max(1, Double(Self.productPixels) / Double(pixels))
            case .taps(let count): count / taps
            }
        // Weights are read at every visit, from the shared cache where the second one cannot hold them.
        let rate = member.weights > cacheBytes / 2 ? sharedCache / Double(workers) : cache
        return (working + Double(member.moved) / cache) * again + Double(visits * member.weights) / rate
    }

    /// A cost whose work is shared out over the workers, tile by tile.
    func shared(_ cost: RegionCost, tiles: Int, calls: Int) -> RegionCost {
        var cost = cost
        let rounds = max(1, (tiles + workers - 1) / workers)
        cost.computing *= Double(rounds) / Double(max(tiles, 1))
        cost.waiting = step + Double(calls) * call / Double(workers)
        return cost
    }
}

extension Region {
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
