import TesseraIR
import TesseraTensors

/// A graph as a rule sees it: from a value to the node that makes it and to those that read it.
public final class Sight {
    public let graph: Graph
    private lazy var readers = Self.readers(in: graph)
    private lazy var results = Set(graph.results)

    public init(_ graph: Graph) { self.graph = graph }

    public func type(of value: Value) -> TensorType { graph.type(of: value) }

    /// The node that makes a value.
    public func maker(of value: Value) -> Node { graph[value.node] }

    /// The node that makes a value, where its op is of that type.
    public func maker<O: Op>(of value: Value, _: O.Type) -> (node: Node, op: O)? {
        let node = graph[value.node]
        return (node.op as? O).map { (node, $0) }
    }

    /// Why a node that reads a value does not fit a rule: `it reads %3 concat, no convolution`.
    func reads(_ value: Value, no wanted: String) -> String {
        "it reads \(value) \(maker(of: value).op.mnemonic), no \(wanted)"
    }

    /// The nodes that read a value, each once, in the order of the graph.
    public func readers(of value: Value) -> [Node] { (readers[value] ?? []).map { graph[$0] } }

    /// Whether a value is an output of the graph or becomes a state.
    public func isResult(_ value: Value) -> Bool { results.contains(value) }

    /// The node that alone reads a value; nil where others do, or where the value is a result of the graph.
    public func onlyReader(of value: Value) -> Node? {
        guard let nodes = readers[value], nodes.count == 1, !isResult(value) else { return nil }
        return graph[nodes[0]]
    }

    private static func readers(in graph: Graph) -> ValueMap<[NodeID]> {
        var readers = ValueMap<[NodeID]>(for: graph)
        for node in graph.nodes {
            for input in node.inputs where readers[input]?.last != node.id {
                readers[input, default: []].append(node.id)
            }
        }
        return readers
    }
}
