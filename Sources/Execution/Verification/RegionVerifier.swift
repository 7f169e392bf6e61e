import TesseraIR
import TesseraTensors

/// Rows that a member of a region computes, as part of one tile.
package struct RegionVisit: Sendable, Equatable {
    package var tile: Int
    package var image: Int
    package var member: Int
    package var rows: Range<Int>
}

/// Proves the windows of a region: every row that a member reads from a ring is there, and is that row and no other;
/// every row of the output is written once.
package enum RegionVerifier {
    /// What the executor does, tile by tile.
    package static func visits(of region: Region) -> [RegionVisit] {
        let window = region.slidingWindow
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: SlidingWindow.State.byteCount(window.count), alignment: MemoryLayout<Int>.alignment)
        defer { memory.deallocate() }
        let state = SlidingWindow.State(at: memory, members: window.count)
        var visits: [RegionVisit] = []
        for tile in 0..<region.tiles.count {
            let (images, strip) = region.tiles.tile(tile)
            for image in images {
                window.run(strip, state) { member, rows in
                    visits.append(RegionVisit(tile: tile, image: image, member: member, rows: rows))
                }
            }
        }
        return visits
    }

    /// Throws the first visit that reads a row that is not there, or the first row that is written twice or never.
    package static func verify(_ visits: [RegionVisit], of region: Region, at place: String) throws {
        var rings = region.ringRows.map { [Int?](repeating: nil, count: $0) }
        let output = region.members.last!.stage.output
        var writers = [Int?](repeating: nil, count: output.images * output.height)
        var strip = (tile: -1, image: -1)
        for visit in visits {
            if (visit.tile, visit.image) != strip {
                strip = (visit.tile, visit.image)
                rings = region.ringRows.map { [Int?](repeating: nil, count: $0) }
            }
            let name = "\(place), member \(visit.member), rows \(visit.rows) of image \(visit.image)"
            for case .member(let maker, let footprint) in region.members[visit.member].sources {
                let needed = footprint.range(
                    of: visit.rows, extent: region.members[maker].stage.output.height)
                for row in needed where rings[maker].isEmpty || rings[maker][row % rings[maker].count] != row {
                    let found = rings[maker].isEmpty ? nil : rings[maker][row % rings[maker].count]
                    throw TesseraError(
                        at: name, found: found.map { "row \($0) of member \(maker)" } ?? "nothing",
                        accepted: "row \(row) of member \(maker)")
                }
            }
            guard visit.member == region.members.count - 1 else {
                for row in visit.rows where !rings[visit.member].isEmpty {
                    rings[visit.member][row % rings[visit.member].count] = row
                }
                continue
            }
            for row in visit.rows {
                let index = visit.image * output.height + row
                if let other = writers[index] {
                    throw TesseraError(
                        at: name, found: "row \(row), which tile \(other) has written", accepted: "one writer a row")
                }
                writers[index] = visit.tile
            }
        }
        if let missing = writers.firstIndex(of: nil) {
            throw TesseraError(
                at: place,
                found: "row \(missing % output.height) of image \(missing / output.height), which nobody writes",
                accepted: "one writer a row")
        }
    }
}
