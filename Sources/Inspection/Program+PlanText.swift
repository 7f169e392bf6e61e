import TesseraExecution
import TesseraPlanning

extension Program {
    /// So many owners of the peak are named.
    private static let ownerLimit = 20

    /// The memory plan: its size beside the lower bound, who owns the peak, then every buffer with offset, size, life
    /// and why it is stored.
    public var planText: String {
        let bound = plan.lowerBound
        var lines = [
            "memory plan, \(plan.planner): \(plan.byteCount.grouped) bytes; lower bound \(bound.grouped); packed once "
                + packedByteCount.grouped,
            "peak at step \(plan.peakStep)"
                + (steps.indices.contains(plan.peakStep)
                    ? ", \(steps[plan.peakStep].node.id) \(steps[plan.peakStep].lowered.kernel)" : "") + ":",
        ]
        let used = plan.placements.filter { $0.request.byteCount > 0 }
        let owners = used.filter { $0.request.steps.contains(plan.peakStep) }.sorted {
            ($1.request.byteCount, $0.offset) < ($0.request.byteCount, $1.offset)
        }
        var peak = TextTable([("", .left), ("bytes", .right), ("share", .right), ("what", .left), ("why", .left)])
        for owner in owners.prefix(Self.ownerLimit) {
            let share = bound == 0 ? 0 : owner.request.byteCount * 1000 / bound
            peak.add([
                "", owner.request.byteCount.grouped, "\(share / 10).\(share % 10) %", owner.request.name,
                owner.request.reason,
            ])
        }
        let rest = owners.dropFirst(Self.ownerLimit)
        if !rest.isEmpty {
            peak.add(["", rest.reduce(0) { $0 + $1.request.byteCount }.grouped, "", "\(rest.count) smaller ones", ""])
        }
        lines += peak.lines + ["buffers:"]
        var table = TextTable([
            ("", .left), ("offset", .right), ("bytes", .right), ("first", .right), ("last", .right), ("what", .left),
            ("why", .left),
        ])
        for placement in used.sorted(by: {
            ($0.request.steps.lowerBound, $0.offset) < ($1.request.steps.lowerBound, $1.offset)
        }) {
            let request = placement.request
            table.add([
                "", placement.offset.grouped, request.byteCount.grouped, "\(request.steps.lowerBound)",
                "\(request.steps.upperBound)", request.name, request.reason,
            ])
        }
        return (lines + table.lines).joined(separator: "\n") + "\n"
    }
}
