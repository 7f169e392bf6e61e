/// The bones that meet in the wrist. `outside` stands for the soft tissue at its sides.
enum CarpalCell: Int, CaseIterable {
    case scaphoid, lunate, triquetrum, trapezium, trapezoid, capitate, hamate
    case metacarpal1, metacarpal2, metacarpal3, metacarpal4, metacarpal5, ulna, outside

    /// The seven bones that the diagram draws on its own; the eighth, the pisiform, lies in front of the triquetrum.
    static let carpals: [CarpalCell] = [.scaphoid, .lunate, .triquetrum, .trapezium, .trapezoid, .capitate, .hamate]
}

/// The wrist as a diagram of cells around seeds: each bone is its cell, drawn back from every neighbour by half the
/// joint space between the two, with round corners. So every joint space has one width, and narrowing is a change of
/// one number.
struct Carpus {
    struct Seed {
        let cell: CarpalCell
        let position: Point
    }

    let seeds: [Seed]
    /// Joint spaces in centimetres: `gaps[a][b]`.
    private(set) var gaps: [[Float]]
    private let groups: [[Point]]
    /// Joint spaces between the radius and the scaphoid and lunate.
    var radiocarpalGap = normalGap

    static let normalGap: Float = 0.21
    /// The joint surface of the radius, hollow towards the carpus.
    static let radialSurface = (center: Point(0.3, 2.75), radius: Float(2.9))

    init(seeds: [Seed]) {
        self.seeds = seeds
        groups = CarpalCell.allCases.map { cell in seeds.filter { $0.cell == cell }.map(\.position) }
        gaps = [[Float]](
            repeating: [Float](repeating: Self.normalGap, count: CarpalCell.allCases.count),
            count: CarpalCell.allCases.count)
        for cell in CarpalCell.allCases {
            set(0, .outside, cell)
            set(0.5, .ulna, cell)
        }
    }

    private static let proximalRow: Set<CarpalCell> = [.scaphoid, .lunate]

    mutating func set(_ gap: Float, _ a: CarpalCell, _ b: CarpalCell) {
        gaps[a.rawValue][b.rawValue] = gap
        gaps[b.rawValue][a.rawValue] = gap
    }

    func distance(_ cell: CarpalCell, _ p: Point) -> Float {
        let own = nearest(groups[cell.rawValue], p)
        var d = -Float.greatestFiniteMagnitude
        for other in groups.indices where other != cell.rawValue {
            let neighbor = nearest(groups[other], p)
            let boundary =
                (own.square - neighbor.square) / (2 * (own.seed - neighbor.seed).length) + gaps[cell.rawValue][other]
                / 2
            d = d < -10 ? boundary : SignedDistance.smoothMaximum(d, boundary, radius: 0.17)
        }
        if Self.proximalRow.contains(cell) {
            d = SignedDistance.smoothMaximum(
                d, (p - Self.radialSurface.center).length - Self.radialSurface.radius + radiocarpalGap, radius: 0.17)
        }
        return d
    }

    func center(of cell: CarpalCell) -> Point {
        let group = groups[cell.rawValue]
        return group.reduce(Point(), +) / Float(group.count)
    }

    @inline(__always)
    private func nearest(_ group: [Point], _ p: Point) -> (seed: Point, square: Float) {
        var best = group[0], square = Float.greatestFiniteMagnitude
        for seed in group {
            let q = p - seed
            let candidate = q.dot(q)
            if candidate < square { (best, square) = (seed, candidate) }
        }
        return (best, square)
    }
}
