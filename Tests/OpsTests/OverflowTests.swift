import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Ops that guard or update states throw where a number would not be finite, compiled and by definition alike.
@Suite struct OverflowTests {
    private static let rate = Tensor(scalar: Float(1)), big = Tensor([Float(0), 3e38], shape: [2]),
        two = Tensor([Float(1), 2], shape: [2]), zero = Tensor(zeros: .float32, shape: [2])

    static let cases: [(op: any Op, inputs: [Tensor])] = [
        (RequireFinite(), [rate, two, Tensor([Float(0), .nan], shape: [2])]),
        (RequireFinite(), [Tensor(scalar: Float.infinity), two]),
        (ClipFactor(limit: 1), [two, Tensor([Float(0), -.infinity], shape: [2])]),
        (SGDUpdate(), [big, Tensor([Float(0), -3e38], shape: [2]), rate]),
        (SGDUpdate(momentum: 0.9), [two, big, rate, big]),
        (AdamUpdate(), [two, big, rate, Tensor(scalar: Int64(0)), zero, zero]),
        (MovingAverage(momentum: 0.5, correction: 2), [big, big]),
    ]

    @Test(arguments: cases.indices) func itThrows(_ index: Int) throws {
        let (op, inputs) = Self.cases[index], node = try OneNodeGraph(op, inputs)
        #expect(throws: TesseraError.self) { try node.evaluated() }
        for set in InstructionSet.available {
            for threads in 1...2 {
                #expect(throws: TesseraError.self, "\(set)") { try node.executed(set, threads: threads) }
            }
        }
    }

    /// Squares of numbers near the largest float are summed in float64.
    @Test func aLargeNormIsClipped() throws {
        let node = try OneNodeGraph(ClipFactor(limit: 1e10), [Self.big])
        #expect(try node.executed(.best, threads: 1)[0].doubles()[0] > 0)
    }
}
