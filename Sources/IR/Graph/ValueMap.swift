/// Something for every value of a graph: an array by the nodes' numbers, which are dense where nobody chose them, so
/// that large graphs are walked through memory in order.
public struct ValueMap<Element> {
    @usableFromInline var first: [Element?]
    /// Of second and further outputs, and of nodes with large numbers.
    @usableFromInline var others: [Value: Element] = [:]

    /// Without elements, for the values of a graph and of graphs that are made from it.
    public init(for graph: Graph) {
        first = Array(repeating: nil, count: min(graph.nextID, 4 * graph.nodes.count + 64))
    }

    // Inlined, since it is read and written for every value of a graph in every pass.
    @inlinable public subscript(value: Value) -> Element? {
        get { isDense(value) ? first[value.node.rawValue] : others[value] }
        set {
            if isDense(value) { first[value.node.rawValue] = newValue } else { others[value] = newValue }
        }
    }

    public subscript(value: Value, default standard: @autoclosure () -> Element) -> Element {
        get { self[value] ?? standard() }
        _modify {
            if isDense(value) {
                if first[value.node.rawValue] == nil { first[value.node.rawValue] = standard() }
                yield &first[value.node.rawValue]!
            } else {
                yield &others[value, default: standard()]
            }
        }
    }

    @inlinable func isDense(_ value: Value) -> Bool {
        value.slot == 0 && value.node.rawValue >= 0 && value.node.rawValue < first.count
    }
}

extension ValueMap: Sendable where Element: Sendable {}
