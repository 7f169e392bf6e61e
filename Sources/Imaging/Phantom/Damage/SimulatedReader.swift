import TesseraTensors

/// A reader who scores every site and is sometimes one step off: rarely at sound sites, more often at damaged ones.
enum SimulatedReader {
    static func total(of hands: [HandDamage], _ stream: inout RandomStream) -> Int {
        var total = 0
        for hand in hands {
            for score in hand.narrowing { total += reading(score, NarrowingSite.largestScore, &stream) }
            for score in hand.erosion { total += reading(score, ErosionSite.largestScore, &stream) }
        }
        return total
    }

    private static func reading(_ score: Int, _ largest: Int, _ stream: inout RandomStream) -> Int {
        let draw = stream.uniform()
        if score == 0 { return draw < 0.02 ? 1 : 0 }
        return draw < 0.12 ? score - 1 : draw < 0.24 ? min(score + 1, largest) : score
    }
}
