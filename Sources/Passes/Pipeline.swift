import TesseraIR
import TesseraTensors

/// A visible list of passes, verified after each.
public struct Pipeline: Sendable {
    /// Sees every pass with the graph after it and what it did, for dumps.
    public typealias Observer = (_ pass: any Pass, _ graph: Graph, _ rewrites: [RewriteLog.Entry]) -> Void

    public let passes: [any Pass]

    public init(_ passes: [any Pass]) { self.passes = passes }

    /// The graph after all passes.
    public func run(_ graph: Graph, log: RewriteLog = RewriteLog(), observe: Observer? = nil) throws -> Graph {
        var graph = graph
        try Verifier.verify(graph)
        for pass in passes {
            let before = graph, first = log.entries.count
            log.pass = type(of: pass).name
            do {
                graph = try pass.run(graph, log)
                if !graph.isUnchanged(from: before) { try Verifier.verify(graph) }
            } catch let error as TesseraError { throw error.within("after the pass \(type(of: pass).name)") }
            observe?(pass, graph, Array(log.entries[first...]))
        }
        return graph
    }
}
