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
        // begins. No two of the set share a byte, so that a new one needs to be compared with its neighbours only.
        let byStart = plan.placements.filter { $0.request.byteCount > 0 }.sorted {
            $0.request.steps.lowerBound < $1.request.steps.lowerBound
        }
        let byEnd = byStart.sorted { $0.request.steps.upperBound < $1.request.steps.upperBound }
        var live = SortedSet<Live>(), ended = 0
        for placement in byStart {
            while byEnd[ended].request.steps.upperBound < placement.request.steps.lowerBound {
                live.remove(Live(byEnd[ended]))
                ended += 1
            }
            let new = Live(placement)
            if let other = [live.last(below: new), live.first(notBelow: new)].lazy.compactMap({ $0?.placement })
                .first(where: { $0.offset < placement.end && placement.offset < $0.end })
            {
                throw TesseraError(
                    at: "memory plan, step \(placement.request.steps.lowerBound)",
                    found:
                        "\(other.request.name) and \(placement.request.name) at overlapping bytes \(other.offset)..<\(other.end) and \(placement.offset)..<\(placement.end)"
                )
            }
            live.insert(new)
        }
    }

    /// A buffer in the order of offsets.
    private struct Live: Comparable {
        let placement: MemoryPlan.Placement

        init(_ placement: MemoryPlan.Placement) { self.placement = placement }
        static func < (a: Live, b: Live) -> Bool { a.placement.offset < b.placement.offset }
        static func == (a: Live, b: Live) -> Bool { a.placement.offset == b.placement.offset }
    }
}
