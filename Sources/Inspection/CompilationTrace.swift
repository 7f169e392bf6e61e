import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraPasses
import TesseraTensors

/// What the compiler made of a graph, stage by stage, recorded while it compiled.
public struct CompilationTrace: Sendable {
    /// What one pass did.
    public struct PassRecord: Sendable {
        public let name: String
        public let summary: String
        /// The rewrites it applied, and those it considered and declined, in order.
        public let entries: [RewriteLog.Entry]
        public let nodesBefore: Int
        /// The graph after the pass.
        public let graph: Graph
        public let isChanged: Bool
    }

    public let purpose: Compiler.Purpose
    /// The graph that went in, dimensions bound.
    public let graph: Graph
    public let passes: [PassRecord]
    public let program: Program

    /// Compiles as `Compiler.compile` does, and keeps what it sees.
    public init(
        _ graph: Graph, for purpose: Compiler.Purpose, options: CompilerOptions = CompilerOptions(),
        parameters: ParameterStore? = nil, binding: [String: Int] = [:]
    ) throws {
        let bound = try graph.binding(binding)
        var passes: [PassRecord] = [], before = bound
        program = try Compiler.compile(
            bound, for: purpose, options: options, parameters: parameters
        ) { pass, after, entries in
            passes.append(
                PassRecord(
                    name: type(of: pass).name, summary: type(of: pass).summary,
                    entries: entries, nodesBefore: before.nodes.count,
                    graph: after, isChanged: after != before
                ))
            before = after
        }
        self.purpose = purpose
        self.graph = bound
        self.passes = passes
    }

    /// The whole trace as text: graph, passes, memory plan, program.
    public var text: String {
        [GraphText.print(graph), passesText, program.planText, program.stepsText].joined(separator: "\n")
    }
}
