/// Measures of what is drawn, which the tests compare between scores.
extension Phantom {
    /// Bone drawn in the image, in pixels weighted by how much of them it covers and how dense it is.
    package func boneArea(size: Int) -> Double {
        rendered(hands, size: size, look()).bone.reduce(0) { $0 + Double(min($1, 0.3)) / 0.3 }
    }
}

extension DamageStyle {
    /// No joint slips, bites sit in the middle of their margins.
    package static var plain: DamageStyle {
        DamageStyle(
            erosions: ErosionSite.allCases.map { _ in Look(places: [0.5, 0.5, 0.5], phases: [0.5, 0.5, 0.5], side: 1) },
            slips: NarrowingSite.allCases.map { _ in false })
    }
}

extension Hand {
    /// Centimetres without bone on the way along a ray from the head before a phalanx to its base.
    package func freeWay(alongRay ray: Int, before part: RayPart) -> Float {
        guard let near = rays[ray][part == .proximal ? .metacarpal : .proximal], let far = rays[ray][part],
            case .long(let first) = bones[near].shape, case .long(let second) = bones[far].shape
        else { return .nan }
        let from = first.capCenter, to = second.frame.world(u: second.length / 2, v: 0)
        let steps = 2000
        let free = (0...steps).count { step in
            let p = from + (to - from) * (Float(step) / Float(steps))
            return min(first.distance(p, carpus), second.distance(p, carpus)) > 0
        }
        return Float(free) / Float(steps) * (to - from).length
    }
}
