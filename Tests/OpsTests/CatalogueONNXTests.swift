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
        for (slot, expected) in try node.evaluated().enumerated() {
            #expect(results["\(slot)"] == expected, "output \(slot)")
        }
        let ops = read.nodes.map(\.op).filter { !($0 is Input || $0 is Constant) }
        if ops.count == 1, ops[0].mnemonic == sample.op.mnemonic {
            #expect(ops[0].isEqual(to: sample.op) || Self.spellsOtherwise(sample.op))
        }
    }

    /// Ops with several spellings of one meaning, or an attribute that ONNX does not have.
    private static func spellsOtherwise(_ op: any Op) -> Bool {
        switch op {
        case let pool as AveragePool: pool.countsPadding
        default: false
        }
    }
}
