/// Puts the bites of each eroded site on the margins of its bones.
enum ErosionPlacer {
    /// A stretch of a bone's margin: seen from `inside`, between two angles (degrees) to either side of `axis`.
    private struct Margin {
        let bone: Int
        let inside: Point
        let axis: Point
        let degrees: ClosedRange<Float>
    }

    static func erode(_ hand: inout Hand, _ damage: HandDamage, _ style: DamageStyle) {
        for site in ErosionSite.allCases where damage[site] > 0 {
            let margins = margins(site, hand), look = style.erosions[site.rawValue]
            for (number, radius) in Bite.sizes(score: damage[site], unit: unit(site)).enumerated() {
                // Head, base, head again on the other side: the order in which bites of one joint appear.
                let margin = margins[number % margins.count]
                let side = number < margins.count ? look.side : -look.side
                let degrees =
                    margin.degrees.lowerBound + (margin.degrees.upperBound - margin.degrees.lowerBound)
                    * look.places[number]
                let angle = Double(side * degrees) * .pi / 180
                let direction = margin.axis * Float(cosine(angle)) + margin.axis.across * Float(sine(angle))
                let center =
                    hand.bones[margin.bone].surface(from: margin.inside, towards: direction, hand.carpus) - direction
                    * (radius * 0.25)
                hand.bones[margin.bone].bites.append(Bite(center: center, radius: radius, phase: look.phases[number]))
            }
        }
    }

    /// Radius in centimetres of the single bite of score 1.
    private static func unit(_ site: ErosionSite) -> Float {
        switch site {
        case .mcp1, .mcp2, .mcp3, .mcp4, .mcp5, .radius: 0.3
        case .pip2, .pip3, .pip4, .pip5, .ipThumb: 0.24
        default: 0.26
        }
    }

    private static func margins(_ site: ErosionSite, _ hand: Hand) -> [Margin] {
        switch site {
        case .mcp1, .mcp2, .mcp3, .mcp4, .mcp5:
            joint(hand.rays[site.rawValue - ErosionSite.mcp1.rawValue], .metacarpal, .proximal, hand)
        case .pip2, .pip3, .pip4, .pip5:
            joint(hand.rays[site.rawValue - ErosionSite.pip2.rawValue + 1], .proximal, .middle, hand)
        case .ipThumb: joint(hand.rays[0], .proximal, .distal, hand)
        case .metacarpal1Base:
            apart([75...95, -95 ... -75, 165...180]) { base(hand.rays[0][.metacarpal]!, inset: 0.75, $0, hand) }
        case .trapezium: apart([20...50, 140...170, -100 ... -70]) { cell(.trapezium, axis: Point(1, 0), $0, hand) }
        case .scaphoid: apart([-20...20, 70...100, 165...195]) { cell(.scaphoid, axis: Point(0.8, -0.6), $0, hand) }
        case .lunate: apart([-15...15, 105...135, -135 ... -105]) { cell(.lunate, axis: Point(0, 1), $0, hand) }
        case .radius: apart([50...65, -65 ... -50, -8...8]) { head(hand.forearm.radius, $0, hand) }
        case .ulna: apart([65...85, -85 ... -65, -10...10]) { head(hand.forearm.ulna, $0, hand) }
        }
    }

    /// Three stretches of one bone, so far apart that bites there hardly overlap.
    private static func apart(_ degrees: [ClosedRange<Float>], _ margin: (ClosedRange<Float>) -> Margin) -> [Margin] {
        degrees.map(margin)
    }

    private static func joint(_ ray: [RayPart: Int], _ near: RayPart, _ far: RayPart, _ hand: Hand) -> [Margin] {
        [head(ray[near]!, 55...90, hand), base(ray[far]!, inset: 0.42, 75...110, hand)]
    }

    private static func head(_ bone: Int, _ degrees: ClosedRange<Float>, _ hand: Hand) -> Margin {
        guard case .long(let long) = hand.bones[bone].shape else { preconditionFailure("only long bones have heads") }
        let inside = long.frame.world(u: long.length - min(long.cap, long.head) * 1.05, v: 0)
        return Margin(bone: bone, inside: inside, axis: long.frame.axis, degrees: degrees)
    }

    private static func base(_ bone: Int, inset: Float, _ degrees: ClosedRange<Float>, _ hand: Hand) -> Margin {
        guard case .long(let long) = hand.bones[bone].shape else { preconditionFailure("only long bones have bases") }
        return Margin(bone: bone, inside: long.frame.world(u: inset, v: 0), axis: long.frame.axis, degrees: degrees)
    }

    private static func cell(_ cell: CarpalCell, axis: Point, _ degrees: ClosedRange<Float>, _ hand: Hand) -> Margin {
        Margin(
            bone: hand.carpals[cell]!, inside: hand.carpus.center(of: cell), axis: axis / axis.length, degrees: degrees)
    }
}
