/// Puts a hand together from its pose and its damage: carpus first, then ray by ray from the wrist outwards, so that a
/// narrowed joint brings all that lies beyond it nearer.
package struct HandBuilder {
    private let pose: HandPose
    private let damage: HandDamage
    private let style: DamageStyle
    private var hand: Hand

    /// What is left of a joint space at each narrowing score; at 4 the bones touch and grow together.
    static let remainingSpace: [Float] = [1, 0.78, 0.54, 0.27, -0.35]

    package static func hand(_ pose: HandPose, _ damage: HandDamage, _ style: DamageStyle) -> Hand {
        var builder = HandBuilder(pose: pose, damage: damage, style: style)
        builder.addCarpus()
        builder.addForearm()
        for ray in 0..<5 { builder.addRay(ray) }
        builder.addPebbles()
        builder.addPalm()
        ErosionPlacer.erode(&builder.hand, damage, style)
        return builder.hand
    }

    private init(pose: HandPose, damage: HandDamage, style: DamageStyle) {
        (self.pose, self.damage, self.style) = (pose, damage, style)
        hand = Hand(carpus: Carpus(seeds: HandMeasures.carpalSeeds), bones: [])
    }

    private func space(_ normal: Float, _ site: NarrowingSite?) -> Float {
        normal * pose.jointSpace * (site.map { Self.remainingSpace[damage[$0]] } ?? 1)
    }

    private mutating func addCarpus() {
        let scored: [(NarrowingSite, CarpalCell, CarpalCell)] = [
            (.cmc3, .capitate, .metacarpal3), (.cmc4, .hamate, .metacarpal4), (.cmc5, .hamate, .metacarpal5),
            (.trapeziumScaphoid, .trapezium, .scaphoid), (.trapeziumScaphoid, .trapezoid, .scaphoid),
            (.capitateScaphoidLunate, .capitate, .scaphoid), (.capitateScaphoidLunate, .capitate, .lunate),
        ]
        let normal = Carpus.normalGap * 1.25
        for (site, a, b) in scored { hand.carpus.set(space(normal, site), a, b) }
        hand.carpus.radiocarpalGap = space(normal * 1.1, .radiocarpal)
        for cell in CarpalCell.carpals {
            hand.carpals[cell] = hand.bones.count
            hand.bones.append(Bone(shape: .carpal(cell, center: hand.carpus.center(of: cell))))
        }
    }

    private mutating func addForearm() {
        let width = pose.boneWidth
        let radius = LongBone(
            frame: Frame(origin: Point(0.8, -9), axis: Point(0, 1)), length: 9.7, base: 0.75, shaft: 0.72 * width,
            head: 1.46 * width, cap: 2.6, hollow: Carpus.radialSurface)
        let ulna = LongBone(
            frame: Frame(origin: Point(-1.45, -9), axis: Point(0, 1)), length: 8.75,
            base: 0.6, shaft: 0.48 * width, head: 0.62 * width, cap: 0.7)
        hand.forearm = (radius: hand.bones.count, ulna: hand.bones.count + 1)
        hand.bones += [Bone(shape: .long(radius)), Bone(shape: .long(ulna))]
    }

    private mutating func addRay(_ ray: Int) {
        var parts: [RayPart: Int] = [:]
        let cell = CarpalCell(rawValue: CarpalCell.metacarpal1.rawValue + ray)!
        let spread = pose.spread
        let axis = Point.direction(
            degrees: HandMeasures.metacarpalAngles[ray] * (0.8 + 0.2 * spread) + 0.3 * pose.fingerAngles[ray])
        let origin = hand.carpus.center(of: cell) - axis * 0.75
        var bone = longBone(ray, .metacarpal, Frame(origin: origin, axis: axis), HandMeasures.metacarpalLengths[ray])
        bone.cell = cell
        bone.flare = 0.5
        parts[.metacarpal] = hand.bones.count
        hand.bones.append(Bone(shape: .long(bone)))

        var degrees = HandMeasures.fingerAngles[ray] * spread + pose.fingerAngles[ray]
        let phalanges: [RayPart] = ray == 0 ? [.proximal, .distal] : [.proximal, .middle, .distal]
        for part in phalanges {
            let site = narrowingSite(ray, part)
            let normal =
                ray == 0 && part == .distal ? HandMeasures.thumbInterphalangealSpace : HandMeasures.jointSpaces[part]!
            let shift = site.map { style.subluxation($0, score: damage[$0]) } ?? 0
            degrees += shift * -6
            bone = phalanx(
                ray, part, after: bone, space: space(normal, site), degrees: degrees, shift: shift * bone.head * 0.45)
            parts[part] = hand.bones.count
            hand.bones.append(Bone(shape: .long(bone)))
            addFlesh(ray, part, bone)
        }
        hand.rays.append(parts)
    }

    private func narrowingSite(_ ray: Int, _ part: RayPart) -> NarrowingSite? {
        switch part {
        case .proximal: NarrowingSite(rawValue: NarrowingSite.mcp1.rawValue + ray)
        case .middle: NarrowingSite(rawValue: NarrowingSite.pip2.rawValue + ray - 1)
        default: nil
        }
    }

    private func longBone(_ ray: Int, _ part: RayPart, _ frame: Frame, _ length: Float) -> LongBone {
        let profile = HandMeasures.profiles[part]!
        let width = HandMeasures.widths[ray] * pose.boneWidth
        return LongBone(
            frame: frame, length: length * pose.rayLengths[ray], base: profile.base * width,
            shaft: profile.shaft * width,
            head: profile.head * width, cap: profile.head * profile.cap * width)
    }

    /// The next phalanx: its hollow base keeps the joint space to the head of the bone before. `shift` displaces it to
    /// the little finger's side.
    private func phalanx(
        _ ray: Int, _ part: RayPart, after previous: LongBone, space: Float, degrees: Float, shift: Float
    ) -> LongBone {
        let axis = Point.direction(degrees: degrees), center = previous.capCenter
        let origin = center + axis * (previous.cap + space) - axis.across * shift - axis * 0.1
        var bone = longBone(ray, part, Frame(origin: origin, axis: axis), HandMeasures.phalanxLengths[part]![ray])
        bone.socket = (center, previous.cap + space)
        return bone
    }

    private mutating func addFlesh(_ ray: Int, _ part: RayPart, _ bone: LongBone) {
        let radii: (Float, Float) =
            switch part {
            case .proximal: (1.0, 0.86)
            case .middle: (0.86, 0.76)
            default: (0.76, 0.62)
            }
        let width = HandMeasures.widths[ray] * pose.softTissue * (ray == 0 ? 1.08 : 1)
        let tip = part == .distal ? 0.02 : 0.2
        hand.flesh.append(
            Hand.Limb(
                from: bone.frame.world(u: -0.2, v: 0), to: bone.frame.world(u: bone.length + Float(tip), v: 0),
                radiusFrom: radii.0 * width, radiusTo: radii.1 * width))
    }

    private mutating func addPebbles() {
        hand.bones.append(Bone(shape: .pebble(center: Point(-1.5, 0.95), radius: 0.42 * pose.boneWidth)))
        guard let index = hand.rays[0][.metacarpal], case .long(let bone) = hand.bones[index].shape else { return }
        for side: Float in [-0.38, 0.34] {
            hand.bones.append(
                Bone(shape: .pebble(center: bone.frame.world(u: bone.length - 0.5, v: side * 1.1), radius: 0.2)))
        }
    }

    private mutating func addPalm() {
        let soft = pose.softTissue
        for ray in 0..<5 {
            guard let index = hand.rays[ray][.metacarpal], case .long(let bone) = hand.bones[index].shape else {
                continue
            }
            let radius: Float = ray == 0 ? 1.2 : 1.28
            hand.flesh.append(
                Hand.Limb(
                    from: bone.frame.origin, to: bone.frame.world(u: bone.length + 0.2, v: 0),
                    radiusFrom: 1.3 * soft, radiusTo: radius * soft * HandMeasures.widths[ray]))
        }
        hand.flesh.append(
            Hand.Limb(from: Point(1.6, 3), to: Point(2.7, 5.4), radiusFrom: 1.2 * soft, radiusTo: 1.0 * soft))
        hand.flesh.append(
            Hand.Limb(from: Point(0.3, 2), to: Point(0.1, -0.2), radiusFrom: 2.55 * soft, radiusTo: 2.6 * soft))
        hand.flesh.append(
            Hand.Limb(from: Point(0, 0), to: Point(-0.1, -9), radiusFrom: 2.55 * soft, radiusTo: 2.9 * soft))
    }
}
