/// A piece missing from the margin of a bone: a disc with a wavy edge.
struct Bite {
    var center: Point
    var radius: Float
    /// Phase of the waves.
    var phase: Float

    /// How far `p` lies inside the disc (positive inside).
    @inline(__always)
    func depth(_ p: Point) -> Float {
        let q = p - center
        let distance = q.length
        if distance > radius * 1.3 { return radius - distance }
        // cos(3θ) and sin(3θ) from the direction's coordinates, without an angle.
        let x = q.x / max(distance, 1e-4), y = q.y / max(distance, 1e-4)
        let wave = (4 * x * x * x - 3 * x) * phase + (3 * y - 4 * y * y * y) * (1 - phase)
        return radius * (1 + 0.18 * wave) - distance
    }

    /// How many bites a score has, and the radius of each where a score of 1 has `unit`: the missing area grows in
    /// proportion to the score.
    static func sizes(score: Int, unit: Float) -> [Float] {
        let count = (score + 1) / 2
        guard count > 0 else { return [] }
        return [Float](repeating: unit * (Float(score) / Float(count)).squareRoot(), count: count)
    }
}
