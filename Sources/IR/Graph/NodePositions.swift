/// Where nodes stand in their graph, by their numbers: a list where these are dense, as they are where nobody chose
/// them, so that looking up costs no hashing.
struct NodePositions: Sendable {
    private var list: [Int] = []
    private var count = 0
    /// Of nodes with large numbers.
    private var others: [NodeID: Int] = [:]
    private static let none = -1

    subscript(id: NodeID) -> Int? {
        get {
            guard list.indices.contains(id.rawValue), list[id.rawValue] != Self.none else {
                return others.isEmpty ? nil : others[id]
            }
            return list[id.rawValue]
        }
        set {
            count += 1
            let number = id.rawValue
            guard let newValue, number >= 0, number < 4 * count + 64 else { return others[id] = newValue }
            while list.count <= number { list.append(Self.none) }
            list[number] = newValue
        }
    }
}
