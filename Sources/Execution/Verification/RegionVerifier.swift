import TesseraIR
import TesseraTensors

/// Rows that a member of a region computes, as part of one tile.
package struct RegionVisit: Sendable, Equatable {
    package var tile: Int
    package var image: Int
    package var member: Int
    package var rows: Range<Int>
    package var columns: Range<Int>
}

/// Proves the windows of a region: every row that a member reads from a ring is there, and is that row and no other;
/// every row of the output is written once.
package enum RegionVerifier {
    /// What the executor does, tile by tile.
    package static func visits(of region: Region) -> [RegionVisit] {
        let window = region.slidingWindow
        var visits: [RegionVisit] = []
        window.withState { state in
            for tile in 0..<region.tiles.count {
                let place = region.tiles.tile(tile)
                for image in place.images {
                    window.begin(place.rows, place.columns, state)
                    window.run(state) { member, rows in
                        visits.append(
                            RegionVisit(
                                tile: tile, image: image, member: member, rows: rows, columns: state.columns(of: member)
                            ))
                    }
                }
            }
        }
        return visits
    }

    /// Throws the first visit that reads a pixel that is not there, or the first row that is written twice or never.
    package static func verify(_ visits: [RegionVisit], of region: Region, at place: String) throws {
        var rings = Rings(region)
        let output = region.members.last!.stage.output, pieces = region.tiles.perStrip
        var writers = [Int?](repeating: nil, count: output.images * output.height * pieces)
        var strip = (tile: -1, image: -1)
        for visit in visits {
            if (visit.tile, visit.image) != strip {
                strip = (visit.tile, visit.image)
                rings = Rings(region)
            }
            let name = "\(place), member \(visit.member), rows \(visit.rows) of image \(visit.image)"
            for case .member(let maker, let footprint) in region.members[visit.member].sources {
                let stage = region.members[maker].stage
                let columns = footprint.columns.range(of: visit.columns, extent: stage.output.width)
                for row in footprint.rows.range(of: visit.rows, extent: stage.output.height) {
                    try rings.read(row, columns, of: maker, at: name)
                }
            }
            guard visit.member == region.members.count - 1 else {
                try rings.write(visit, at: name)
                continue
            }
            for row in visit.rows {
                let index = (visit.image * output.height + row) * pieces + visit.tile % pieces
                if let other = writers[index] {
                    throw TesseraError(
                        at: name, found: "row \(row), which tile \(other) has written", accepted: "one writer a row")
                }
                writers[index] = visit.tile
            }
        }
        if let missing = writers.firstIndex(of: nil).map({ $0 / pieces }) {
            throw TesseraError(
                at: place,
                found: "row \(missing % output.height) of image \(missing / output.height), which nobody writes",
                accepted: "one writer a row")
        }
    }

    /// What lies in the rings of a tile.
    private struct Rings {
        private var rows: [[(row: Int, columns: Range<Int>)?]]
        private let widths: [Int]

        init(_ region: Region) {
            rows = region.ringRows.map { Array(repeating: nil, count: $0) }
            widths = region.ringColumns
        }

        func read(_ row: Int, _ columns: Range<Int>, of maker: Int, at name: String) throws {
            let found = rows[maker].isEmpty ? nil : rows[maker][row % rows[maker].count]
            if let found, found.row == row, columns.isEmpty || found.columns.clamped(to: columns) == columns { return }
            throw TesseraError(
                at: name, found: found.map { "row \($0.row) of member \(maker), columns \($0.columns)" } ?? "nothing",
                accepted: "row \(row) of member \(maker), columns \(columns)")
        }

        mutating func write(_ visit: RegionVisit, at name: String) throws {
            let maker = visit.member
            guard visit.columns.count <= widths[maker] else {
                throw TesseraError(
                    at: name, found: "\(visit.columns.count) columns", accepted: "at most the ring's \(widths[maker])")
            }
            for row in visit.rows where !rows[maker].isEmpty {
                rows[maker][row % rows[maker].count] = (row, visit.columns)
            }
        }
    }
}
