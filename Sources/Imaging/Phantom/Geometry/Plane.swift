/// A point or direction in the plane of a hand: centimetres, x towards the thumb, y towards the fingertips, origin in
/// the middle of the wrist joint.
typealias Point = SIMD2<Float>

extension Point {
    var length: Float { (x * x + y * y).squareRoot() }
    func dot(_ other: Point) -> Float { x * other.x + y * other.y }
    /// The direction `degrees` away from the fingertips' direction, towards the thumb.
    static func direction(degrees: Float) -> Point {
        let radians = Double(degrees) * .pi / 180
        return Point(Float(sine(radians)), Float(cosine(radians)))
    }
    /// This direction turned by 90° towards the thumb side.
    var across: Point { Point(y, -x) }
}

/// A bone's own coordinates: u along `axis` from `origin`, v across it.
struct Frame {
    var origin: Point
    var axis: Point

    func local(_ p: Point) -> (u: Float, v: Float) {
        let q = p - origin
        return (q.dot(axis), q.dot(axis.across))
    }

    func world(u: Float, v: Float) -> Point { origin + axis * u + axis.across * v }
}

/// An axis-aligned box that grows to hold points.
struct Bounds {
    var low = Point(repeating: .greatestFiniteMagnitude), high = Point(repeating: -.greatestFiniteMagnitude)

    mutating func include(_ p: Point, margin: Float) {
        low = pointwiseMin(low, p - margin)
        high = pointwiseMax(high, p + margin)
    }
}
