import TesseraPlanning
import TesseraTensors
import Testing

@Suite struct PlannerTests {
    @Test(.timeLimit(.minutes(1))) func manyBuffersOfLongLifeArePlacedAndProven() throws {
        var stream = RandomStream(seed: 3, name: "many")
        let requests = (0..<60_000).map { index in
            MemoryPlanTests.request("\(index)", 1 + Int(stream.next() % 4096), 0...Int(stream.next() % 60_000))
        }
        let plan = MemoryPlan.smallest(for: requests)
        try PlanVerifier.verify(plan)
        // Nothing begins later, so that no gap can be left.
        #expect(plan.byteCount <= plan.lowerBound + MemoryPlan.slack)
    }

    @Test func theSetStaysSortedWhateverComesAndGoes() {
        var set = SortedSet<Int>(), model = Set<Int>()
        var stream = RandomStream(seed: 4, name: "set")
        for _ in 0..<20_000 {
            let number = Int(stream.next() % 6000)
            if model.insert(number).inserted {
                set.insert(number)
            } else {
                model.remove(number)
                set.remove(number)
            }
            let probe = Int(stream.next() % 6000)
            guard stream.next() % 50 == 0 else { continue }
            #expect(set.first(notBelow: probe) == model.filter { $0 >= probe }.min())
            #expect(set.last(below: probe) == model.filter { $0 < probe }.max())
        }
    }
}
