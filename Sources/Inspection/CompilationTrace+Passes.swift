import TesseraIR
import TesseraPasses
import TesseraTensors

extension CompilationTrace {
    /// Every pass in its order: what it applied and declined, and the graph after it where it changed anything.
    public var passesText: String { passes.indices.map(text(of:)).joined(separator: "\n") }

    /// One pass by its name, or by its number from 1; throws where there is none.
    public func passText(_ name: String) throws -> String {
        guard let index = passes.firstIndex(where: { $0.name == name }) ?? Int(name).map({ $0 - 1 }),
            passes.indices.contains(index)
        else {
            let names = passes.enumerated().map { "\($0 + 1) \($1.name)" }.joined(separator: ", ")
            throw TesseraError(at: "pass", found: "'\(name)'", accepted: names)
        }
        return text(of: index)
    }

    private func text(of index: Int) -> String {
        let pass = passes[index]
        let applied = pass.entries.filter(\.isApplied).count
        var lines = [
            "pass \(index + 1) \(pass.name): \(pass.summary)",
            pass.isChanged
                ? "  \(pass.nodesBefore) → \(pass.graph.nodes.count) nodes; \(applied) applied, \(pass.entries.count - applied) declined"
                : "  unchanged",
        ]
        lines += pass.entries.map { entry in
            "  \(entry.isApplied ? "applied " : "declined") \(entry.place): \(entry.what)"
        }
        if pass.isChanged { return lines.joined(separator: "\n") + "\n" + GraphText.print(pass.graph) }
        return lines.joined(separator: "\n") + "\n"
    }
}
