/// One bone as it is drawn: a shape with pieces missing.
struct Bone {
    enum Shape {
        case long(LongBone)
        case carpal(CarpalCell, center: Point)
        /// Pisiform and sesamoid bones, which lie in front of other bones.
        case pebble(center: Point, radius: Float)
    }

    var shape: Shape
    var bites: [Bite] = []

    /// Whether it lies in front of others and adds to them.
    var isInFront: Bool {
        if case .pebble = shape { true } else { false }
    }

    /// Distance to the surface of the whole bone, before anything is missing.
    func distance(_ p: Point, _ carpus: Carpus) -> Float {
        switch shape {
        case .long(let bone): bone.distance(p, carpus)
        case .carpal(let cell, _): carpus.distance(cell, p)
        case .pebble(let center, let radius): (p - center).length - radius
        }
    }

    /// Distance to the surface that the erosions leave, from the distance to the whole one.
    func eroded(_ distance: Float, _ p: Point) -> Float {
        bites.reduce(distance) { SignedDistance.smoothMaximum($0, $1.depth(p), radius: 0.05) }
    }

    func cortex(_ p: Point) -> Float {
        if case .long(let bone) = shape { bone.cortex(p) } else { 0.05 }
    }

    /// Coordinates in which the bone's texture is fixed: along and across it.
    func textureCoordinates(_ p: Point) -> Point {
        if case .long(let bone) = shape {
            let (u, v) = bone.frame.local(p)
            return Point(v, u * 0.5)
        }
        return p
    }

    var bounds: Bounds {
        switch shape {
        case .long(let bone): return bone.bounds
        case .carpal(_, let center):
            var bounds = Bounds()
            bounds.include(center, margin: 1.6)
            return bounds
        case .pebble(let center, let radius):
            var bounds = Bounds()
            bounds.include(center, margin: radius)
            return bounds
        }
    }

    /// The point of the surface that a ray from inside the bone meets.
    func surface(from inside: Point, towards direction: Point, _ carpus: Carpus) -> Point {
        var near: Float = 0, far: Float = 0.1
        while far < 4, distance(inside + direction * far, carpus) < 0 { (near, far) = (far, far + 0.1) }
        for _ in 0..<12 {
            let middle = (near + far) / 2
            if distance(inside + direction * middle, carpus) < 0 { near = middle } else { far = middle }
        }
        return inside + direction * near
    }
}
