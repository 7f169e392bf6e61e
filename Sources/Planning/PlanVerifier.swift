import TesseraTensors

/// Proves a memory plan, written without looking at how plans are made: every buffer lies inside the arena at an
/// aligned offset, and no two buffers that are alive at the same step share a byte. In-place results and views share
/// one request, so there is no exception.
public enum PlanVerifier {
    public static func verify(_ plan: MemoryPlan) throws {
        for placement in plan.placements {
            guard placement.offset >= 0, placement.offset % MemoryPlan.alignment == 0,
                placement.end + MemoryPlan.slack <= plan.byteCount || placement.request.byteCount == 0
            else {
                throw TesseraError(
                    at: "memory plan, \(placement.request.name)", found: "bytes \(placement.offset)..<\(placement.end)",
                    accepted: "aligned bytes within \(plan.byteCount)")
            }
        }
        // Sweep over the steps with the set of live buffers; a conflict shows at the step where the later of two
        // begins.
        let byStart = plan.placements.filter { $0.request.byteCount > 0 }.sorted {
            $0.request.steps.lowerBound < $1.request.steps.lowerBound
        }
        var live: [MemoryPlan.Placement] = []
        for placement in byStart {
            live.removeAll { $0.request.steps.upperBound < placement.request.steps.lowerBound }
            if let other = live.first(where: { $0.offset < placement.end && placement.offset < $0.end }) {
                throw TesseraError(
                    at: "memory plan, step \(placement.request.steps.lowerBound)",
                    found:
                        "\(other.request.name) and \(placement.request.name) at overlapping bytes \(other.offset)..<\(other.end) and \(placement.offset)..<\(placement.end)"
                )
            }
            live.append(placement)
        }
    }
}
