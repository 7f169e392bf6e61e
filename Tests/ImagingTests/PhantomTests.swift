import TesseraImaging
import Testing

@Suite struct PhantomTests {
    @Test func seedAndIndexDecideEverything() {
        let one = Phantom(seed: 1, index: 2), again = Phantom(seed: 1, index: 2)
        #expect(
            one.total == again.total && one.readers == again.readers && one.image(size: 64) == again.image(size: 64))
        #expect(one.image(size: 64) != Phantom(seed: 1, index: 3).image(size: 64))
        #expect(one.image(size: 64) != Phantom(seed: 2, index: 2).image(size: 64))
        let image = one.image(size: 64)
        #expect(
            image.width == 64 && image.height == 64 && image.channels == 1
                && image.samples.allSatisfy { (0...1).contains($0) })
    }

    @Test func totalsAreRoughlyExponential() {
        let totals = (0..<2000).map { Phantom(seed: 3, index: $0).total }.sorted()
        let mean = Double(totals.reduce(0, +)) / 2000
        #expect(totals.first! == 0 && totals.last! <= 280 && totals.last! > 150)
        #expect((35...43).contains(mean))
        // An exponential distribution has its median at 0.69 and its ninth decile at 2.3 times the mean.
        #expect((0.6...0.78).contains(Double(totals[1000]) / mean) && (2.1...2.5).contains(Double(totals[1800]) / mean))
    }

    @Test(arguments: [0, 1, 77, 279, 280])
    func theTotalAskedForIsTheTotalDrawn(total: Int) {
        let phantom = Phantom(seed: 1, index: 0, total: total)
        #expect(phantom.total == total && phantom.narrowing + phantom.erosion == total)
        if total == 280 { #expect(phantom.narrowing == 120 && phantom.erosion == 160) }
    }

    @Test func readersDisagreeALittle() {
        let phantoms = (0..<400).map { Phantom(seed: 4, index: $0) }
        let first = phantoms.map { Double($0.readers[0]) }, second = phantoms.map { Double($0.readers[1]) },
            drawn = phantoms.map { Double($0.total) }
        #expect(first != second)
        for pair in [(first, second), (first, drawn)] {
            #expect((0.97...0.9999).contains(Statistics.correlation(pair.0, pair.1)))
        }
    }

    /// Joints are narrowed by what is drawn there: the free way between the two bones along the ray shrinks with every
    /// point and is gone at 4.
    @Test(arguments: [NarrowingSite.mcp1, .mcp3, .mcp5, .pip2, .pip4])
    func fingerJointsNarrowStepByStep(site: NarrowingSite) {
        let spaces = (0...4).map { score -> Float in
            var damage = HandDamage()
            damage.narrowing[site.rawValue] = score
            let hand = HandBuilder.hand(.average, damage, DamageStyle.plain)
            let ray =
                site.rawValue <= NarrowingSite.mcp5.rawValue
                ? site.rawValue : site.rawValue - NarrowingSite.pip2.rawValue + 1
            return hand.freeWay(
                alongRay: ray, before: site.rawValue <= NarrowingSite.mcp5.rawValue ? .proximal : .middle)
        }
        #expect(spaces[0] > 0.25 && spaces[4] == 0)
        #expect(zip(spaces, spaces.dropFirst()).allSatisfy { $0 - $1 > 0.04 }, "\(spaces)")
    }

    /// Every narrowing point of the wrist adds bone between the bones; every erosion point anywhere takes bone away.
    @Test func everyPointChangesTheBoneThatIsDrawn() {
        let sound = Phantom(seed: 5, index: 0, hands: [HandDamage(), HandDamage()]).boneArea(size: 512)
        for site in [NarrowingSite.cmc3, .cmc4, .cmc5, .trapeziumScaphoid, .capitateScaphoidLunate, .radiocarpal] {
            let areas =
                [sound]
                + (1...4).map { score in
                    var damage = HandDamage()
                    damage.narrowing[site.rawValue] = score
                    return Phantom(seed: 5, index: 0, hands: [damage, HandDamage()]).boneArea(size: 512)
                }
            #expect(zip(areas, areas.dropFirst()).allSatisfy { $1 > $0 }, "\(site): \(areas)")
        }
        for site in ErosionSite.allCases {
            let areas =
                [sound]
                + (1...5).map { score in
                    var damage = HandDamage()
                    damage.erosion[site.rawValue] = score
                    return Phantom(seed: 5, index: 0, hands: [HandDamage(), damage]).boneArea(size: 512)
                }
            #expect(zip(areas, areas.dropFirst()).allSatisfy { $1 < $0 }, "\(site): \(areas)")
        }
    }

    /// What a linear regression makes of the grey values alone, without places: almost nothing, on phantoms it has not
    /// seen.
    @Test func theHistogramDoesNotGiveTheScoreAway() throws {
        let phantoms = (0..<240).map { Phantom(seed: 6, index: $0) }
        let features = phantoms.map { Statistics.histogram($0.image(size: 96).samples, bins: 16) }
        let scores = phantoms.map { Double($0.total) }
        let weights = Statistics.leastSquares(Array(features[0..<120]), Array(scores[0..<120]))
        let predicted = features[120...].map { Statistics.predict($0, weights) }
        let r = Statistics.correlation(predicted, Array(scores[120...]))
        #expect(abs(r) < 0.3, "r = \(r)")
    }
}

@Suite struct SyntheticMarkTests {
    @Test func everyReadableImageSaysThatItIsSynthetic() {
        let clear = Phantom(seed: 1, index: 0, total: 0).image(size: 256),
            damaged = Phantom(seed: 1, index: 7, total: 200).image(size: 256)
        // The first column of the letter H is seven pixels high and the same in every phantom.
        let column = (256 - 54) / 2 + 4 * 6
        for row in 246..<253 {
            #expect(clear[column, row] == 0.85 && damaged[column, row] == 0.85)
        }
    }
}
