/// A metacarpal, phalanx, radius or ulna: a waisted shaft with a rounded head, its base cut by the surface it meets.
struct LongBone {
    /// u = 0 at the base, u = `length` at the top of the head.
    var frame: Frame
    var length: Float
    /// Half widths.
    var base: Float, shaft: Float, head: Float
    /// Radius of the circle that ends the head.
    var cap: Float
    /// A hollow base keeps a constant distance to this circle: the head of the bone before.
    var socket: (center: Point, radius: Float)?
    /// The head ends in a hollow surface: all of it lies outside this circle.
    var hollow: (center: Point, radius: Float)?
    /// Where the base is widest.
    var flare: Float = 0
    /// The cell of the carpus that bounds the base, if any.
    var cell: CarpalCell?

    var capCenter: Point { frame.world(u: length - cap, v: 0) }

    func distance(_ p: Point, _ carpus: Carpus) -> Float {
        let (u, v) = frame.local(p)
        let fromTop = length - u
        let width =
            shaft + (base - shaft) * bell((u - flare) / (1.3 * base)) + (head - shaft)
            * bell((fromTop - 0.7 * head) / (1.1 * head))
        // The slope of the side makes the plain difference too large; 0.95 is its usual correction.
        var d = (abs(v) - width) * 0.95
        let top = Point(max(u - (length - cap), 0), v).length - cap
        d = SignedDistance.smoothMaximum(d, top, radius: 0.5 * head)
        if let socket {
            d = SignedDistance.smoothMaximum(d, socket.radius - (p - socket.center).length, radius: 0.2 * base)
            d = SignedDistance.smoothMaximum(d, -u - 0.2 * base, radius: 0.2 * base)
        } else {
            d = SignedDistance.smoothMaximum(d, -u, radius: 0.3 * base)
        }
        if let hollow { d = SignedDistance.smoothMaximum(d, hollow.radius - (p - hollow.center).length, radius: 0.15) }
        // The cells bound the bases only: their borders would go on between the shafts.
        if let cell, u < 2.5 * base {
            d = SignedDistance.smoothMaximum(d, carpus.distance(cell, p) - max(u - 0.7 * base, 0) * 0.8, radius: 0.15)
        }
        return d
    }

    /// Thickness of the cortex: a thin shell at the ends, thick walls along the shaft.
    func cortex(_ p: Point) -> Float {
        let t = frame.local(p).u / length
        return 0.05 + 0.11 * smoothStep(t * 4 - 0.5) * smoothStep((1 - t) * 4 - 0.5)
    }

    var bounds: Bounds {
        var bounds = Bounds()
        let margin = max(base, head) + 0.1
        bounds.include(frame.origin, margin: margin)
        bounds.include(frame.world(u: length, v: 0), margin: margin)
        return bounds
    }
}
