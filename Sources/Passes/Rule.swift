import TesseraIR

/// One rewrite, described: what to look for behind a node with an op of type `Root`, and what to put in its place.
public protocol Rule: Sendable {
    associatedtype Root: Op
    /// What the rule makes of a node. It sees the graph as it stands; what it wants is done later, or never.
    func match(_ root: Root, _ node: Node, in sight: Sight) -> Match
}

/// What a rule says of a node.
public enum Match {
    /// Nothing to be seen here.
    case none
    /// It looks like a match and is left alone, for this reason: engineers look for exactly that.
    case declined(String)
    case patch(Patch)
}

extension Rule {
    /// What the rule makes of any node.
    func match(_ node: Node, in sight: Sight) -> Match {
        guard type(of: node.op) == Root.self, let root = node.op as? Root else { return .none }
        return match(root, node, in: sight)
    }
}
