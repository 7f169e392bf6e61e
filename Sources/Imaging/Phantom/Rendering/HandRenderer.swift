/// Draws hands as two maps of what the rays pass through: flesh and bone, each about 0...1.
struct HandRenderer {
    let size: Int
    let quality: BoneQuality
    private(set) var bone: [Float]
    private(set) var flesh: [Float]

    init(size: Int, quality: BoneQuality) {
        (self.size, self.quality) = (size, quality)
        bone = [Float](repeating: 0, count: size * size)
        flesh = bone
    }

    mutating func draw(_ hand: Hand, _ placement: Placement) {
        drawFlesh(hand.flesh, placement)
        for piece in hand.bones where !piece.isInFront { drawBone(piece, hand.carpus, placement) }
        for piece in hand.bones where piece.isInFront { drawBone(piece, hand.carpus, placement) }
    }

    private mutating func drawBone(_ piece: Bone, _ carpus: Carpus, _ placement: Placement) {
        guard let window = placement.pixels(piece.bounds) else { return }
        let pixel = placement.pixel
        for y in window.rows {
            for x in window.columns {
                let p = placement.hand(x: Float(x) + 0.5, y: Float(y) + 0.5)
                let whole = piece.distance(p, carpus)
                if whole > pixel { continue }
                let coverage = min(max(0.5 - piece.eroded(whole, p) / pixel, 0), 1)
                if coverage == 0 { continue }
                let value =
                    coverage
                    * quality.density(
                        depth: max(-whole, 0), cortex: piece.cortex(p), piece.textureCoordinates(p), pixel)
                let i = y * size + x
                bone[i] = piece.isInFront ? bone[i] + 0.35 * value * (1 - 0.4 * bone[i]) : max(bone[i], value)
            }
        }
    }

    /// Flesh is smooth: its distances are computed on a coarse grid and interpolated.
    private mutating func drawFlesh(_ limbs: [Hand.Limb], _ placement: Placement) {
        let step = max(1, size / 128)
        let columns = size / step + 2
        var grid = [Float](repeating: 0, count: columns * columns)
        for j in 0..<columns {
            for i in 0..<columns {
                let p = placement.hand(x: Float(i * step), y: Float(j * step))
                grid[j * columns + i] = limbs.reduce(8) { distance, limb in
                    SignedDistance.smoothMinimum(
                        distance, SignedDistance.taperedCapsule(p, limb.from, limb.to, limb.radiusFrom, limb.radiusTo),
                        radius: 0.45)
                }
            }
        }
        for y in 0..<size {
            let gy = (Float(y) + 0.5) / Float(step), j = Int(gy), fy = gy - Float(j)
            for x in 0..<size {
                let gx = (Float(x) + 0.5) / Float(step), i = Int(gx), fx = gx - Float(i), k = j * columns + i
                let top = grid[k] * (1 - fx) + grid[k + 1] * fx
                let bottom = grid[k + columns] * (1 - fx) + grid[k + columns + 1] * fx
                let depth = -(top * (1 - fy) + bottom * fy)
                if depth <= -placement.pixel { continue }
                let skin = min(max(0.5 + depth / placement.pixel, 0), 1)
                let t = min(max(depth, 0) / 1.3, 1)
                flesh[y * size + x] = max(flesh[y * size + x], skin * (0.35 + 0.65 * t * (2 - t)))
            }
        }
    }
}
