import TesseraIR

/// One named step of the compiler: a graph in, an equivalent graph out. Most are lists of rules (`RulePass`).
public protocol Pass: Sendable {
    /// A verb phrase in camel case: `fuseNormRelu`.
    static var name: String { get }
    /// What it does, in one sentence, for dumps.
    static var summary: String { get }
    init()
    /// Rewrites the graph, asking the log before every single rewrite whether it may still be done.
    func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph
}

/// A pass that applies rules wherever they match, until none does.
public protocol RulePass: Pass {
    var rules: [any Rule] { get }
}

extension RulePass {
    public func run(_ graph: Graph, _ log: RewriteLog) throws -> Graph {
        try Rewriter(name: Self.name, rules: rules).run(graph, log)
    }
}

extension RulePass where Self: Rule {
    public var rules: [any Rule] { [self] }
}
