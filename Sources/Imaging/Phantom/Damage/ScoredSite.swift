/// The joints of one hand whose space is scored by the Sharp/van der Heijde method (van der Heijde, J Rheumatol 2000):
/// 15, each 0–4.
package enum NarrowingSite: Int, CaseIterable, Sendable {
    case mcp1, mcp2, mcp3, mcp4, mcp5
    case pip2, pip3, pip4, pip5
    case cmc3, cmc4, cmc5
    case trapeziumScaphoid, capitateScaphoidLunate, radiocarpal

    static let largestScore = 4
}

/// The bones or joints of one hand whose erosions are scored: 16, each 0–5.
package enum ErosionSite: Int, CaseIterable, Sendable {
    case mcp1, mcp2, mcp3, mcp4, mcp5
    case pip2, pip3, pip4, pip5
    case ipThumb
    case metacarpal1Base, trapezium, scaphoid, lunate, radius, ulna

    static let largestScore = 5
}

/// The scores of one hand.
package struct HandDamage: Sendable, Equatable {
    package var narrowing = [Int](repeating: 0, count: NarrowingSite.allCases.count)
    package var erosion = [Int](repeating: 0, count: ErosionSite.allCases.count)

    package init() {}

    package var total: Int { narrowing.reduce(0, +) + erosion.reduce(0, +) }

    subscript(site: NarrowingSite) -> Int { narrowing[site.rawValue] }
    subscript(site: ErosionSite) -> Int { erosion[site.rawValue] }
}
