import TesseraTensors

/// A synthetic pair of hand radiographs: drawn from a seed and an index, of no patient. Joint space narrowing (15 joints a hand, 0–4) and erosions
/// (16 sites a hand, 0–5) of the Sharp/van der Heijde method are really drawn; everything else varies independently of them.
public struct Phantom: Sendable {
    public let seed: UInt64
    public let index: Int
    let hands: [HandDamage]

    /// Sum of all scores of both hands, 0–280: what is drawn.
    public var total: Int { hands.reduce(0) { $0 + $1.total } }
    /// The part of `total` that is joint space narrowing, 0–120, and erosion, 0–160.
    public var narrowing: Int { hands.reduce(0) { $0 + $1.narrowing.reduce(0, +) } }
    public var erosion: Int { total - narrowing }
    /// The totals of two simulated readers, who disagree a little with each other and with the truth.
    public let readers: [Int]

    public static let largestTotal = DamageSampler.largestTotal
    /// What stands in every file that holds a phantom.
    public static let notice = "Synthetic phantom drawn by Tessera. Not a radiograph, of no patient."

    /// The phantom number `index` of `seed`; its total is drawn from a roughly exponential distribution unless given.
    public init(seed: UInt64, index: Int, total: Int? = nil) {
        (self.seed, self.index) = (seed, index)
        var stream = Self.stream(seed, index, "damage")
        let drawn = DamageSampler.total(&stream)
        hands = DamageSampler.hands(total: min(max(total ?? drawn, 0), Self.largestTotal), &stream)
        var reading = Self.stream(seed, index, "readers")
        readers = [SimulatedReader.total(of: hands, &reading), SimulatedReader.total(of: hands, &reading)]
    }

    /// The image, `size` × `size`, grey, with the mean and deviation that the same hands would have without damage.
    public func image(size: Int) -> Image {
        precondition(size >= 16, "a phantom has at least 16 × 16 pixels, not \(size)")
        var exposure = Self.stream(seed, index, "film")
        let film = Film(&exposure)
        var textures = Self.stream(seed, index, "texture")
        let quality = BoneQuality(&textures), grain = NoiseTile(&textures)

        func exposed(_ damage: [HandDamage], size: Int) -> [Float] {
            var renderer = HandRenderer(size: size, quality: quality)
            var poses = Self.stream(seed, index, "pose"), looks = Self.stream(seed, index, "style")
            for (side, pose) in HandPose.pair(&poses).enumerated() {
                let hand = HandBuilder.hand(pose, damage[side], DamageStyle(&looks))
                renderer.draw(hand, Placement(size: size, isRight: side == 1, pose))
            }
            return film.expose(renderer, grain: grain)
        }

        // Both states at a size that is cheap to draw tell by how much the damage changes mean and deviation.
        let small = min(size, 128)
        let tone = ToneMatch(from: exposed(hands, size: small), to: exposed([HandDamage(), HandDamage()], size: small))
        let clean = exposed(hands, size: size)
        return Image(width: size, height: size, samples: film.developed(clean, tone, noise: Self.stream(seed, index, "noise")))
    }

    private static func stream(_ seed: UInt64, _ index: Int, _ purpose: String) -> RandomStream {
        RandomStream(seed: seed, name: "phantom/\(index)/\(purpose)")
    }
}
