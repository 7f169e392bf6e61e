import Foundation
import TesseraExecution
import TesseraIR

extension Program {
    /// The steps in their order: kernel, number of tiles, when they run, node, result with its layout, where the result
    /// lies, and layer path. A step that runs the op's definition for lack of a kernel is marked with an exclamation
    /// mark.
    public var stepsText: String {
        let slow = steps.filter(\.runsDefinition).count
        let lines = [
            "program: \(steps.count) steps for \(kernels.instructionSet.rawValue); "
                + (slow == 0
                    ? "every step has a kernel" : "\(slow) marked ! run their op's definition for lack of a kernel")
        ]
        var table = TextTable([
            ("", .left), ("step", .right), ("kernel", .left), ("tiles", .right), ("runs", .left), ("node", .left),
            ("result", .left), ("at", .left), ("layer", .left),
        ])
        for (index, step) in steps.enumerated() {
            let node = step.node
            // The members of a region whose results live within it.
            let kernels = step.lowered.region?.kernels ?? [step.lowered.kernel]
            for (place, inner) in step.nodes.dropLast().enumerated() {
                let rows = step.lowered.region!.ringRows[place]
                let ring = rows == 1 ? "a ring of 1 row" : "a ring of \(rows) rows"
                table.add(["", "", kernels[place], "", "", text(of: inner), result(inner, 0), ring, inner.path])
            }
            let runs =
                step.lowered.viewOfInput != nil
                ? "never"
                : step.isStatic
                    ? "once" : step.isPreparedOnce || step.lowered.packing.phases.isEmpty ? "" : "packs anew"
            table.add([
                step.runsDefinition ? "!" : "", "\(index)", kernels.last!,
                step.lowered.phases.map { "\($0.tileCount)" }.joined(separator: "+"), runs,
                text(of: node),
                node.outputTypes.indices.map { result(node, $0) }.joined(separator: ", "),
                step.outputs.map(\.text).joined(separator: ", "), node.path,
            ])
        }
        let regions = regionLines(upTo: .max)
        return (lines + table.lines + (regions.isEmpty ? [] : [""] + regions)).joined(separator: "\n") + "\n"
    }

    /// How so many regions slide, and what was weighed.
    func regionLines(upTo limit: Int) -> [String] {
        let lines = steps.enumerated().compactMap { index, step -> String? in
            guard step.nodes.count > 1, let region = step.lowered.region else { return nil }
            let weighed = step.plannedSeconds.map {
                String(format: "; %.3f ms reckoned, %.3f ms apart", $0.together * 1000, $0.apart * 1000)
            }
            return "  step \(index): \(step.nodes.count) nodes, \(region.text)\(weighed ?? "")"
        }
        let planned = costs.map { ", planned by \($0.text)" } ?? ""
        guard !lines.isEmpty else { return [] }
        let rest = lines.count - limit
        return ["regions: \(lines.count)\(planned)"] + lines.prefix(limit) + (rest > 0 ? ["  and \(rest) more"] : [])
    }

    private func text(of node: Node) -> String {
        "\(node.id) = \(node.op.mnemonic)(\(node.inputs.map(\.description).joined(separator: ", ")))"
    }

    private func result(_ node: Node, _ slot: Int) -> String {
        let layout = layouts[node.output(slot)] ?? .dense
        return "\(node.outputTypes[slot])" + (layout == .channelsLast ? " nhwc" : "")
    }
}

extension CostModel {
    /// Rates in 10⁹ multiply-adds or bytes a second.
    fileprivate var text: String {
        String(
            format: "costs that are %@: products %.0f, taps %.0f, cache %.0f, shared cache %.0f, memory %.0f; "
                + "caches of %d KiB and %d MiB, %d workers",
            name, products / 1e9, taps / 1e9, cache / 1e9, sharedCache / 1e9, memory / 1e9, cacheBytes >> 10,
            sharedCacheBytes >> 20, workers)
    }
}

extension Location {
    /// An offset in the arena, a state, or a constant.
    var text: String {
        switch self {
        case .arena(let offset): offset.grouped
        case .packed(let offset): "packed \(offset.grouped)"
        case .state(let path): "state \(path)"
        case .constant(let index): "constant \(index)"
        }
    }
}
