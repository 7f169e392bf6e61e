import Foundation
import Tessera

/// Where the time of a run goes: by step of the program, and by layer of the model. The nodes of a region share its
/// time as the workers spent it on them.
struct ModelProfile: Encodable {
    struct Row: Encodable {
        /// The number of the step; nil for a layer.
        let step: Int?
        let layer: String
        let kernel: String
        let ms: Double
        /// Floating-point operations.
        let flops: Int
        /// Bytes of the tensors that the step reads and writes; what lies in rings within a region is not counted.
        let bytes: Int
        /// Of the peak loop in the same run.
        let peak_share: Double
        /// The part of the workers' time in which they had something to do; nil for a layer.
        let busy_share: Double?
    }

    /// Of all steps together.
    let busy_share: Double
    /// In the order of the program.
    let steps: [Row]
    /// The dearest first.
    let layers: [Row]

    /// Means of `runs`; `peak` in GFLOP/s.
    init(_ session: Session, _ inputs: [String: Tensor], runs: Int, peak: Double) throws {
        let program = session.program
        var nodes = program.steps.map { [Double](repeating: 0, count: $0.nodes.count) }
        var busy = [Double](repeating: 0, count: nodes.count)
        for _ in 0..<runs {
            _ = try session.run(inputs) { time in
                busy[time.step] += time.busy.seconds * 1000 / Double(runs * session.threadCount)
                for (index, share) in time.shares.enumerated() {
                    nodes[time.step][index] += share.seconds * 1000 / Double(runs)
                }
            }
        }
        let all = nodes.reduce(0) { $0 + $1.reduce(0, +) }
        busy_share = all > 0 ? (busy.reduce(0, +) / all).rounded(to: 4) : 0
        func row(_ step: Int?, _ layer: String, _ kernel: String, _ ms: Double, _ flops: Int, _ bytes: Int) -> Row {
            Row(
                step: step, layer: layer, kernel: kernel, ms: ms.rounded(to: 4), flops: flops, bytes: bytes,
                peak_share: ms > 0 ? (Double(flops) / (ms * 1e6) / peak).rounded(to: 4) : 0,
                busy_share: step.map { ms > 0 ? (busy[$0] / ms).rounded(to: 4) : 0 })
        }
        struct Sum { var ms = 0.0, flops = 0, bytes = 0, kernels: [String] = [] }
        var steps: [Row] = [], sums: [String: Sum] = [:]
        for (index, step) in program.steps.enumerated() where nodes[index].contains(where: { $0 > 0 }) {
            var all = Sum(), first = 0
            for (member, node) in step.nodes.enumerated() {
                let locations = step.inputs[first..<first + node.inputs.count]
                first += node.inputs.count
                var sum = Sum(ms: nodes[index][member], flops: 2 * program.graph.multiplyAdds(of: node))
                sum.bytes = zip(node.inputs, locations).reduce(0) {
                    $0 + ($1.1 == nil ? 0 : program.graph.type(of: $1.0).byteCount)
                }
                if node.id == step.node.id { sum.bytes += node.outputTypes.reduce(0) { $0 + $1.byteCount } }
                all.ms += sum.ms
                all.flops += sum.flops
                all.bytes += sum.bytes
                var layer = sums[node.path] ?? Sum()
                layer.ms += sum.ms
                layer.flops += sum.flops
                layer.bytes += sum.bytes
                if !layer.kernels.contains(node.op.mnemonic) { layer.kernels.append(node.op.mnemonic) }
                sums[node.path] = layer
            }
            steps.append(row(index, step.node.path, step.lowered.kernel, all.ms, all.flops, all.bytes))
        }
        self.steps = steps
        layers = sums.sorted { ($1.value.ms, $0.key) < ($0.value.ms, $1.key) }.map {
            row(nil, $0.key, $0.value.kernels.joined(separator: ", "), $0.value.ms, $0.value.flops, $0.value.bytes)
        }
    }
}

extension ModelProfile {
    /// So many layers are shown.
    private static let layerLimit = 30

    var text: String {
        func table(_ rows: [Row], _ first: String) -> [String] {
            var table = TextTable([
                (first, .right), ("ms", .right), ("MFLOP", .right), ("MiB", .right), ("of peak", .right),
                ("busy", .right),
                ("kernel", .left), ("layer", .left),
            ])
            for row in rows {
                table.add([
                    row.step.map(String.init) ?? "", String(format: "%.3f", row.ms),
                    String(format: "%.1f", Double(row.flops) / 1e6),
                    String(format: "%.2f", Double(row.bytes) / 1048576),
                    row.flops > 0 ? String(format: "%.0f %%", row.peak_share * 100) : "–",
                    row.busy_share.map { String(format: "%.0f %%", $0 * 100) } ?? "", row.kernel, row.layer,
                ])
            }
            return table.lines
        }
        var lines =
            [String(format: "workers busy %.0f %% of the time", busy_share * 100), "", "by step:"]
            + table(steps, "step") + ["", "by layer:"]
        lines += table(Array(layers.prefix(Self.layerLimit)), "")
        let rest = layers.dropFirst(Self.layerLimit)
        if !rest.isEmpty {
            lines.append(String(format: "and %d more, %.3f ms together", rest.count, rest.reduce(0) { $0 + $1.ms }))
        }
        return lines.joined(separator: "\n")
    }
}

extension TensorType {
    /// All dimensions must be numbers.
    fileprivate var byteCount: Int { elementCount! * element.byteCount }
}
