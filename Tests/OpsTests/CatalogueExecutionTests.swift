import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// The compiled graph of every sample against the op's definition, in float32.
@Suite struct CatalogueExecutionTests {
    @Test(arguments: OpSamples.all, InstructionSet.available)
    func kernelsAgreeWithDefinitions(_ sample: OpSample, _ set: InstructionSet) throws {
        let node = try OneNodeGraph(sample.op, sample.inputs(.float32))
        // A definition compared with itself would show nothing.
        let hasKernel = try node.stepsWithoutKernel(set).isEmpty
        #expect(hasKernel != Self.runsDefinition(sample), "\(sample.testDescription) has a kernel: \(hasKernel)")
        let expected = try node.evaluated(), results = try node.executed(set, threads: 1)
        for (slot, (result, reference)) in zip(results, expected).enumerated() {
            #expect(result.element == reference.element)
            let distance = result.distance(from: reference)
            #expect(sample.isExact ? distance == 0 : distance <= 1e-5, "output \(slot) is \(distance) away")
        }
        #expect(try node.executed(set, threads: 2) == results)
    }

    /// The samples of float32 that have no kernel, for now: every other one must have it.
    private static let withoutKernel: Set<String> = []

    private static func runsDefinition(_ sample: OpSample) -> Bool {
        withoutKernel.contains(sample.op.mnemonic) || withoutKernel.contains(sample.testDescription)
    }

    /// Types without kernels run the definition.
    @Test(arguments: OpSamples.all)
    func otherTypesRunTheDefinition(_ sample: OpSample) throws {
        let node = try OneNodeGraph(sample.op, sample.inputs)
        #expect(try node.executed(.best, threads: 2) == node.evaluated())
    }
}
