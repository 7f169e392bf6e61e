/// One hand: its bones and the flesh around them, in the hand's own plane.
package struct Hand {
    struct Limb {
        let from: Point, to: Point
        let radiusFrom: Float, radiusTo: Float
    }

    var carpus: Carpus
    var bones: [Bone]
    /// Where in `bones` those of each ray are, from thumb to little finger, the carpal ones, and those of the forearm.
    var rays: [[RayPart: Int]] = []
    var carpals: [CarpalCell: Int] = [:]
    var forearm = (radius: 0, ulna: 0)
    var flesh: [Limb] = []
}

/// Which bone of a ray: the thumb has no middle phalanx.
package enum RayPart { case metacarpal, proximal, middle, distal }

/// The measures of an average adult hand in centimetres, for the rays from thumb to little finger; joint spaces and
/// bone ends are larger than life so that a 256-pixel image still shows them.
enum HandMeasures {
    static let metacarpalLengths: [Float] = [4.5, 6.6, 6.4, 5.7, 5.2]
    static let phalanxLengths: [RayPart: [Float]] = [
        .proximal: [3.0, 3.8, 4.2, 3.9, 3.1], .middle: [0, 2.2, 2.7, 2.5, 1.8], .distal: [2.1, 1.6, 1.75, 1.7, 1.5],
    ]
    /// Degrees towards the thumb from the middle of the hand.
    static let metacarpalAngles: [Float] = [28, 8.5, 1, -7, -14]
    static let fingerAngles: [Float] = [13, 6, 1, -5, -11]
    /// Relative width of the bones of each ray.
    static let widths: [Float] = [1.04, 1.02, 1.02, 0.95, 0.86]
    /// Half widths of base, shaft and head, and the radius of the head's end as a multiple of its half width.
    static let profiles: [RayPart: (base: Float, shaft: Float, head: Float, cap: Float)] = [
        .metacarpal: (0.74, 0.38, 0.74, 1.1), .proximal: (0.74, 0.38, 0.56, 1.35), .middle: (0.58, 0.32, 0.46, 1.4),
        .distal: (0.48, 0.21, 0.3, 1.0),
    ]
    /// Joint space before the base of each phalanx.
    static let jointSpaces: [RayPart: Float] = [.proximal: 0.36, .middle: 0.31, .distal: 0.2]
    static let thumbInterphalangealSpace: Float = 0.3

    /// Cell, x, y.
    private static let seeds: [(CarpalCell, Float, Float)] = [
        (.scaphoid, 0.72, 0.66), (.scaphoid, 1.4, 1.12), (.lunate, -0.32, 0.58), (.triquetrum, -1.35, 0.95),
        (.trapezium, 1.98, 1.98), (.trapezoid, 1.12, 2.2), (.capitate, 0.15, 1.5), (.capitate, 0.2, 2.3),
        (.hamate, -0.85, 2.0),
        (.metacarpal1, 2.62, 2.88), (.metacarpal2, 1.4, 3.25), (.metacarpal3, 0.33, 3.4), (.metacarpal4, -0.68, 3.2),
        (.metacarpal5, -1.62, 2.9),
        (.ulna, -1.4, -0.55),
        (.outside, 2.75, 0.5), (.outside, 3.15, 1.6), (.outside, -2.6, 1.0), (.outside, -2.45, 2.1),
    ]
    static let carpalSeeds = seeds.map { Carpus.Seed(cell: $0.0, position: Point($0.1, $0.2)) }
}
