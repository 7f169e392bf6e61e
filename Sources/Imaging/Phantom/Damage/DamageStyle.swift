import TesseraTensors

/// How the damage of one hand looks, beyond its scores: where bites sit, their outlines, which narrowed joints slip.
/// Drawn for every site whether it is damaged or not, so that nothing else depends on the scores.
package struct DamageStyle {
    struct Look {
        /// Uniform numbers in 0..<1 for places and outlines of up to three bites.
        let places: [Float], phases: [Float]
        /// The side that comes first: 1 the thumb's, −1 the little finger's.
        let side: Float
    }

    let erosions: [Look]
    /// For each narrowing site: whether the joint slips once it is badly narrowed.
    let slips: [Bool]

    init(erosions: [Look], slips: [Bool]) { (self.erosions, self.slips) = (erosions, slips) }

    init(_ stream: inout RandomStream) {
        erosions = ErosionSite.allCases.map { _ in
            let numbers = (0..<6).map { _ in Float(stream.uniform()) }
            return Look(
                places: Array(numbers[0..<3]), phases: Array(numbers[3..<6]), side: stream.uniform() < 0.6 ? 1 : -1)
        }
        slips = NarrowingSite.allCases.map { _ in stream.uniform() < 0.35 }
    }

    /// 0 where the joint stands, else how far it has slipped: 0.6 at score 3, 1 at score 4.
    func subluxation(_ site: NarrowingSite, score: Int) -> Float {
        guard site.rawValue <= NarrowingSite.mcp5.rawValue, slips[site.rawValue] else { return 0 }
        return score == 4 ? 1 : score == 3 ? 0.6 : 0
    }
}
