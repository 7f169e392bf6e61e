import Foundation

/// Distances are negative inside a shape. Maximum is intersection, minimum union; `radius` rounds the corner where two
/// shapes meet (polynomial smooth minimum, Inigo Quilez).
enum SignedDistance {
    @inline(__always)
    static func smoothMaximum(_ a: Float, _ b: Float, radius: Float) -> Float {
        let h = max(radius - abs(a - b), 0)
        return max(a, b) + h * h / (4 * radius)
    }

    @inline(__always)
    static func smoothMinimum(_ a: Float, _ b: Float, radius: Float) -> Float {
        -smoothMaximum(-a, -b, radius: radius)
    }

    /// A stadium from `a` to `b` whose radius goes from `radiusA` to `radiusB`.
    static func taperedCapsule(_ p: Point, _ a: Point, _ b: Point, _ radiusA: Float, _ radiusB: Float) -> Float {
        let axis = b - a, q = p - a
        let t = min(max(q.dot(axis) / max(axis.dot(axis), 1e-6), 0), 1)
        return (q - axis * t).length - (radiusA + (radiusB - radiusA) * t)
    }
}

/// 1 at 0, falling smoothly towards 0: a bell that costs no exponential.
@inline(__always)
func bell(_ x: Float) -> Float {
    let y = 1 + x * x
    return 1 / (y * y)
}

/// 0 below 0, 1 above 1, smooth between.
@inline(__always)
func smoothStep(_ x: Float) -> Float {
    let t = min(max(x, 0), 1)
    return t * t * (3 - 2 * t)
}

func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }
