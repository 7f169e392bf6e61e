import TesseraTensors

/// A synthetic pair of hand radiographs: drawn from a seed and an index, of no patient. Joint space narrowing (15
/// joints a hand, 0–4) and erosions (16 sites a hand, 0–5) of the Sharp/van der Heijde method are really drawn;
/// everything else varies independently of them.
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

    /// A phantom with the given damage of the hand on the left and on the right of the image; everything else is that
    /// of (seed, index).
    package init(seed: UInt64, index: Int, hands: [HandDamage]) {
        (self.seed, self.index, self.hands) = (seed, index, hands)
        readers = []
    }

    /// The image, `size` × `size`, grey, with the mean and deviation that the same hands would have without damage, and
    /// from 192 × 192 on a mark that says it is synthetic.
    public func image(size: Int) -> Image {
        precondition(size >= 16, "a phantom has at least 16 × 16 pixels, not \(size)")
        let look = look()
        func exposed(_ damage: [HandDamage], _ size: Int) -> [Float] {
            look.film.expose(rendered(damage, size: size, look), grain: look.grain)
        }
        // Both states at a size that is cheap to draw tell by how much the damage changes mean and deviation.
        let small = min(size, 128)
        let tone = ToneMatch(from: exposed(hands, small), to: exposed([HandDamage(), HandDamage()], small))
        let samples = look.film.developed(exposed(hands, size), tone, noise: Self.stream(seed, index, "noise"))
        var image = Image(width: size, height: size, samples: samples)
        SyntheticMark.draw(in: &image)
        return image
    }

    /// What is the same whatever the damage: bones from inside, flesh, film.
    struct Look {
        let quality: BoneQuality, grain: NoiseTile, film: Film
    }

    func look() -> Look {
        var textures = Self.stream(seed, index, "texture"), exposure = Self.stream(seed, index, "film")
        return Look(quality: BoneQuality(&textures), grain: NoiseTile(&textures), film: Film(&exposure))
    }

    func rendered(_ damage: [HandDamage], size: Int, _ look: Look) -> HandRenderer {
        var renderer = HandRenderer(size: size, quality: look.quality)
        var poses = Self.stream(seed, index, "pose"), styles = Self.stream(seed, index, "style")
        for (side, pose) in HandPose.pair(&poses).enumerated() {
            let hand = HandBuilder.hand(pose, damage[side], DamageStyle(&styles))
            renderer.draw(hand, Placement(size: size, isRight: side == 1, pose))
        }
        return renderer
    }

    private static func stream(_ seed: UInt64, _ index: Int, _ purpose: String) -> RandomStream {
        RandomStream(seed: seed, name: "phantom/\(index)/\(purpose)")
    }
}
