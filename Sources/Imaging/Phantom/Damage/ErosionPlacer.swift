/// Puts the bites of each eroded site on the margins of its bones.
struct ErosionPlacer {
    /// A stretch of a bone's margin: seen from `inside`, between two angles (degrees) to either side of `axis`.
    private struct Margin {
        let bone: Int
        let inside: Point
        let axis: Point
        let degrees: ClosedRange<Float>
    }

    let rays: [[RayPart: Int]]
    let cells: [CarpalCell: Int]
    let forearm: (radius: Int, ulna: Int)

    func erode(_ hand: inout Hand, _ damage: HandDamage, _ style: DamageStyle) {
        for site in ErosionSite.allCases where damage[site] > 0 {
            let margins = margins(site, hand), look = style.erosions[site.rawValue]
            for (number, radius) in Bite.sizes(score: damage[site], unit: unit(site)).enumerated() {
                // Head, base, head again on the other side: the order in which bites of one joint appear.
                let margin = margins[number % margins.count]
                let side = number < margins.count ? look.side : -look.side
                let degrees = margin.degrees.lowerBound + (margin.degrees.upperBound - margin.degrees.lowerBound) * look.places[number]
                let angle = Double(side * degrees) * .pi / 180
                let direction = margin.axis * Float(cosine(angle)) + margin.axis.across * Float(sine(angle))
                let center = hand.bones[margin.bone].surface(from: margin.inside, towards: direction, hand.carpus) - direction * (radius * 0.25)
                hand.bones[margin.bone].bites.append(Bite(center: center, radius: radius, phase: look.phases[number]))
            }
        }
    }

    /// Radius in centimetres of the single bite of score 1.
    private func unit(_ site: ErosionSite) -> Float {
        switch site {
        case .mcp1, .mcp2, .mcp3, .mcp4, .mcp5, .radius: 0.3
        case .pip2, .pip3, .pip4, .pip5, .ipThumb: 0.24
        default: 0.26
        }
    }

    private func margins(_ site: ErosionSite, _ hand: Hand) -> [Margin] {
        switch site {
        case .mcp1, .mcp2, .mcp3, .mcp4, .mcp5:
            joint(rays[site.rawValue - ErosionSite.mcp1.rawValue], .metacarpal, .proximal, hand)
        case .pip2, .pip3, .pip4, .pip5:
            joint(rays[site.rawValue - ErosionSite.pip2.rawValue + 1], .proximal, .middle, hand)
        case .ipThumb: joint(rays[0], .proximal, .distal, hand)
        case .metacarpal1Base: [base(rays[0][.metacarpal]!, inset: 0.75, hand)]
        case .trapezium: [cell(.trapezium, axis: Point(1, 0), 0...70, hand)]
        case .scaphoid: [cell(.scaphoid, axis: Point(0.8, -0.6), 0...120, hand)]
        case .lunate: [cell(.lunate, axis: Point(0, 1), 20...160, hand)]
        case .radius: [head(forearm.radius, 25...70, hand)]
        case .ulna: [head(forearm.ulna, 10...80, hand)]
        }
    }

    private func joint(_ ray: [RayPart: Int], _ near: RayPart, _ far: RayPart, _ hand: Hand) -> [Margin] {
        [head(ray[near]!, 55...90, hand), base(ray[far]!, inset: 0.42, hand)]
    }

    private func head(_ bone: Int, _ degrees: ClosedRange<Float>, _ hand: Hand) -> Margin {
        guard case .long(let long) = hand.bones[bone].shape else { preconditionFailure("only long bones have heads") }
        let inside = long.frame.world(u: long.length - min(long.cap, long.head) * 1.05, v: 0)
        return Margin(bone: bone, inside: inside, axis: long.frame.axis, degrees: degrees)
    }

    private func base(_ bone: Int, inset: Float, _ hand: Hand) -> Margin {
        guard case .long(let long) = hand.bones[bone].shape else { preconditionFailure("only long bones have bases") }
        return Margin(bone: bone, inside: long.frame.world(u: inset, v: 0), axis: long.frame.axis, degrees: 75...110)
    }

    private func cell(_ cell: CarpalCell, axis: Point, _ degrees: ClosedRange<Float>, _ hand: Hand) -> Margin {
        Margin(bone: cells[cell]!, inside: hand.carpus.center(of: cell), axis: axis / axis.length, degrees: degrees)
    }
}
