import Testing
import TesseraPlanning
import TesseraTensors

@Suite struct MemoryPlanTests {
    static func request(_ name: String, _ bytes: Int, _ steps: ClosedRange<Int>) -> BufferRequest {
        BufferRequest(name: name, reason: "test", byteCount: bytes, steps: steps)
    }

    @Test func buffersThatNeverMeetShareBytes() throws {
        let plan = MemoryPlan.smallest(for: [
            Self.request("a", 100, 0...1), Self.request("b", 100, 2...3), Self.request("c", 64, 1...2),
        ])
        try PlanVerifier.verify(plan)
        #expect(plan.placements[0].offset == plan.placements[1].offset)
        #expect(plan.lowerBound == 192 && plan.byteCount == 192 + MemoryPlan.slack)
        #expect(plan.peakStep == 1)
    }

    @Test func randomRequestsAreAlwaysPlacedWithoutOverlap() throws {
        var stream = RandomStream(seed: 7, name: "plan")
        for _ in 0..<50 {
            let requests = (0..<40).map { index in
                let first = Int(stream.next() % 30)
                return Self.request("\(index)", Int(stream.next() % 5000), first...first + Int(stream.next() % 10))
            }
            let plan = MemoryPlan.smallest(for: requests)
            try PlanVerifier.verify(plan)
            #expect(plan.byteCount >= plan.lowerBound)
        }
    }

    @Test func theVerifierFindsOverlapAndMisalignment() {
        func plan(_ offsets: [Int]) -> MemoryPlan {
            let requests = [Self.request("a", 128, 0...2), Self.request("b", 128, 2...3)]
            return MemoryPlan(
                planner: "by hand", placements: zip(requests, offsets).map { .init(request: $0, offset: $1) },
                byteCount: 1024, lowerBound: 256, peakStep: 2)
        }
        #expect(throws: Never.self) { try PlanVerifier.verify(plan([0, 128])) }
        #expect(throws: TesseraError.self) { try PlanVerifier.verify(plan([0, 64])) }
        #expect(throws: TesseraError.self) { try PlanVerifier.verify(plan([0, 130])) }
        #expect(throws: TesseraError.self) { try PlanVerifier.verify(plan([0, 960])) }
    }
}
