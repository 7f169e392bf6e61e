import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Every sample that can be written as ONNX nodes, written and read again.
@Suite struct CatalogueONNXTests {
    static let samples = OpSamples.all.filter { $0.op is any ONNXExportable }

    @Test(arguments: samples, [13, 17, 18, 21])
    func opsComeBack(_ sample: OpSample, _ opset: Int) throws {
        let node = try OneNodeGraph(sample.op, sample.inputs(.float32))
        guard opset >= sample.oldestOpset else {
            let error = #expect(throws: TesseraError.self) { try ONNXRoundTrip.run(node.graph, opset: opset) }
            #expect(error?.kind == .unsupported)
            return
        }
        let read = try ONNXRoundTrip.run(node.graph, opset: opset)
        let results = try Evaluator.run(read, inputs: node.inputs).outputs
        let ops = read.nodes.map(\.op).filter { !($0 is Input || $0 is Constant) }
        for (slot, expected) in try node.evaluated().enumerated() {
            let result = try #require(results["\(slot)"])
            // A pool that is spelled as two operators rounds twice.
            let isExact = ops.count == 1 || !(sample.op is AveragePool)
            let matches = isExact ? result == expected : Self.agrees(result, expected)
            #expect(matches, "output \(slot)")
        }
        if ops.count == 1, ops[0].mnemonic == sample.op.mnemonic {
            #expect(ops[0].isEqual(to: sample.op) || Self.spellsOtherwise(sample.op))
        }
    }

    private static func agrees(_ a: Tensor, _ b: Tensor) -> Bool {
        a.type == b.type
            && zip(a.doubles(), b.doubles()).allSatisfy { abs($0 - $1) <= 2 * Double(Float.ulpOfOne) * abs($1) }
    }

    /// Ops with several spellings of one meaning, or an attribute that ONNX does not have.
    private static func spellsOtherwise(_ op: any Op) -> Bool {
        switch op {
        case let pool as AveragePool: pool.countsPadding || pool.ceilMode
        case let pool as MaxPool: pool.ceilMode
        default: false
        }
    }
}
