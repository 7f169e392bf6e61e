import Foundation
import TesseraTensors

/// Draws what a pair of hands has: a total with a roughly exponential distribution, spread over the scored sites.
enum DamageSampler {
    /// Mean of the exponential distribution before it is cut at the largest total.
    static let meanTotal = 40.0
    static let largestTotal = 2 * (15 * NarrowingSite.largestScore + 16 * ErosionSite.largestScore)

    static func total(_ stream: inout RandomStream) -> Int {
        let cut = 1 - exp(-Double(largestTotal + 1) / meanTotal)
        return min(largestTotal, Int(-meanTotal * log(1 - cut * stream.uniform())))
    }

    /// Adds one point after the other until `total` is reached. Points prefer sites that are prone to disease, sites
    /// that have points already, and the same site of the other hand, so that damage is clustered and roughly
    /// symmetric.
    static func hands(total: Int, _ stream: inout RandomStream) -> [HandDamage] {
        var hands = [HandDamage(), HandDamage()]
        let sites = NarrowingSite.allCases.count + ErosionSite.allCases.count
        let susceptibility = (0..<sites).map { site in proneness(site) * exp(0.8 * stream.normal()) }
        for _ in 0..<total {
            let weights = (0..<2 * sites).map {
                weight(of: $0 % sites, hand: $0 / sites, hands) * susceptibility[$0 % sites]
            }
            var rest = stream.uniform() * weights.reduce(0, +)
            var chosen = weights.lastIndex { $0 > 0 }!
            for (index, weight) in weights.enumerated() where weight > 0 {
                rest -= weight
                if rest < 0 {
                    chosen = index
                    break
                }
            }
            add(to: &hands[chosen / sites], chosen % sites)
        }
        return hands
    }

    private static func score(_ hand: HandDamage, _ site: Int) -> (value: Int, largest: Int) {
        site < hand.narrowing.count
            ? (hand.narrowing[site], NarrowingSite.largestScore)
            : (hand.erosion[site - hand.narrowing.count], ErosionSite.largestScore)
    }

    private static func add(to hand: inout HandDamage, _ site: Int) {
        if site < hand.narrowing.count {
            hand.narrowing[site] += 1
        } else {
            hand.erosion[site - hand.narrowing.count] += 1
        }
    }

    private static func weight(of site: Int, hand: Int, _ hands: [HandDamage]) -> Double {
        let (value, largest) = score(hands[hand], site)
        return value == largest ? 0 : 1 + 3 * Double(value) + Double(score(hands[1 - hand], site).value)
    }

    /// Joints of the fingers and the wrist joint itself are attacked more often than the small joints of the carpus.
    private static func proneness(_ site: Int) -> Double {
        if let narrowing = NarrowingSite(rawValue: site) {
            switch narrowing {
            case .mcp2, .mcp3, .radiocarpal, .capitateScaphoidLunate: 1.5
            case .cmc3, .cmc4, .cmc5, .trapeziumScaphoid: 0.7
            default: 1
            }
        } else {
            switch ErosionSite(rawValue: site - NarrowingSite.allCases.count)! {
            case .mcp2, .mcp3, .mcp5, .ulna: 1.5
            case .metacarpal1Base, .trapezium, .ipThumb: 0.7
            default: 1
            }
        }
    }
}
