import Foundation
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraPlanning

extension CompilationTrace {
    /// So many entries of a list are shown.
    private static let limit = 10

    /// What a reader wants to know first: what was fused and what not, the regions, the memory, and the dearest layers.
    public var summaryText: String {
        [headText, fusionText, regionText, memoryText, costText].filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
    }

    private var headText: String {
        let regions = program.steps.count { $0.nodes.count > 1 }, slow = program.stepsWithoutKernel.count
        let inputs = graph.inputs.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        let work = (try? graph.multiplyAdds()).map { String(format: ", %.2f G multiply-adds", Double($0) / 1e9) } ?? ""
        return """
            \(graph.name): \(purpose.rawValue) for \(program.kernels.instructionSet.rawValue)
            inputs: \(inputs)
            \(graph.elementCount(of: .parameter).grouped) parameters\(work)
            \(graph.nodes.count) nodes, \(program.graph.nodes.count) after all passes, \(program.steps.count) steps, \
            \(regions) of them regions; \(slow == 0 ? "every step has a kernel" : "\(slow) without a kernel")

            """
    }

    private var fusionText: String {
        var lines: [String] = []
        for pass in passes {
            let applied = pass.entries.count(where: \.isApplied), declined = pass.entries.count - applied
            guard applied + declined > 0 else { continue }
            lines.append("  \(pass.name): \(applied) applied, \(declined) declined")
            // The same reason of other nodes is one line.
            var reasons: [(reason: String, places: [String])] = []
            for entry in pass.entries where !entry.isApplied {
                let reason = entry.what.replacing(/%\d+(\.\d+)? ?/, with: "")
                if let index = reasons.firstIndex(where: { $0.reason == reason }) {
                    reasons[index].places.append(entry.place)
                } else {
                    reasons.append((reason, [entry.place]))
                }
            }
            lines += reasons.prefix(Self.limit).map { reason, places in
                let others = places.count == 1 ? "" : " and \(places.count - 1) more"
                return "    not \(places[0])\(others): \(reason)"
            }
            if reasons.count > Self.limit { lines.append("    and \(reasons.count - Self.limit) more reasons") }
        }
        return lines.isEmpty ? "" : (["passes:"] + lines).joined(separator: "\n") + "\n"
    }

    private var regionText: String {
        var lines = program.regionLines(upTo: Self.limit)
        guard !program.partings.isEmpty else { return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }
        lines.append("left apart: \(program.partings.count) pairs of nodes that could run as one")
        let sorted = program.partings.sorted { $0.together - $0.apart > $1.together - $1.apart }
        lines += sorted.prefix(Self.limit).map { pair in
            let nodes = [pair.maker, pair.reader].map { "\($0) \(program.graph[$0].op.mnemonic)" }
            let times = String(
                format: "%.3f ms together, %.3f ms apart", pair.together * 1000, pair.apart * 1000)
            let why = pair.together < pair.apart ? "; cheaper in the regions that they are in" : ""
            return "  \(nodes.joined(separator: " → ")): \(times)\(why)"
        }
        if sorted.count > Self.limit { lines.append("  and \(sorted.count - Self.limit) more") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var memoryText: String {
        let plan = program.plan
        func mebibytes(_ bytes: Int) -> String { String(format: "%.1f MiB", Double(bytes) / 1_048_576) }
        var lines = [
            "memory: arena \(mebibytes(plan.byteCount)), lower bound \(mebibytes(plan.lowerBound)), by "
                + "\(plan.planner); scratch memory of a worker \(mebibytes(program.workerBytes)), packed once "
                + mebibytes(program.packedByteCount),
            "  at its peak, step \(plan.peakStep):",
        ]
        let owners = plan.placements.filter { $0.request.byteCount > 0 && $0.request.steps.contains(plan.peakStep) }
            .sorted { ($1.request.byteCount, $0.offset) < ($0.request.byteCount, $1.offset) }
        lines += owners.prefix(Self.limit).map {
            "  \(mebibytes($0.request.byteCount))  \($0.request.name), \($0.request.reason)"
        }
        if owners.count > Self.limit { lines.append("  and \(owners.count - Self.limit) more") }
        return lines.joined(separator: "\n") + "\n"
    }

    private var costText: String {
        let costs = program.costs ?? .standard(for: program.kernels.instructionSet)
        var layers: [String: Double] = [:]
        for step in program.steps {
            for (node, seconds) in zip(step.nodes, step.reckonedSeconds(by: costs)) {
                layers[node.path, default: 0] += seconds
            }
        }
        let all = layers.values.reduce(0, +)
        guard all > 0 else { return "" }
        let dearest = layers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.limit)
        return
            ([String(format: "dearest layers of %d, of %.3f ms that the costs reckon:", layers.count, all * 1000)]
            + dearest.map { path, seconds in
                String(format: "  %.3f ms  %4.1f %%  ", seconds * 1000, seconds / all * 100)
                    + (path.isEmpty ? "(no layer)" : path)
            }).joined(separator: "\n") + "\n"
    }
}
