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
        #expect(
            hasKernel != Self.withoutKernel.contains(sample.testDescription),
            "\(sample.testDescription) has a kernel: \(hasKernel)")
        let expected = try node.evaluated(), results = try node.executed(set, threads: 1)
        for (slot, (result, reference)) in zip(results, expected).enumerated() {
            #expect(result.element == reference.element)
            let distance = result.distance(from: reference)
            #expect(sample.isExact ? distance == 0 : distance <= 1e-5, "output \(slot) is \(distance) away")
        }
        #expect(try node.executed(set, threads: 2) == results)
    }

    /// The samples that have no kernel: integers and flags, windows and norms of one or three axes, and a
    /// softmax along an inner axis.
    /// Every other one must have one.
    private static let withoutKernel: Set<String> = [
        "add: integers",
        "averagePool: one axis",
        "averagePoolGradient: one axis",
        "batchNorm: one axis",
        "batchNorm: three axes",
        "batchNormGradient: one axis, batch statistics",
        "batchNormGradient: one axis, stored statistics",
        "batchNormGradient: three axes, batch statistics",
        "batchNormGradient: three axes, stored statistics",
        "batchNormGradientSums: one axis",
        "batchNormGradientSums: three axes",
        "cast: of flags",
        "cast: to Double",
        "cast: to flags",
        "cast: to integers",
        "channelMoments: one axis",
        "channelMoments: three axes",
        "conv: one axis",
        "conv: three axes",
        "convAddClip: one axis",
        "convAddClip: three axes",
        "convClip: one axis",
        "convClip: three axes",
        "convInputGradient: one axis",
        "convInputGradient: three axes",
        "convWeightGradient: one axis",
        "convWeightGradient: three axes",
        "div: integers",
        "less: integers",
        "logSoftmax: [2, 3, 5] along 1",
        "max: integers",
        "maxPool: one axis",
        "maxPoolGradient: one axis",
        "min: integers",
        "mul: integers",
        "pow: integers",
        "softmax: [2, 3, 5] along 1",
        "reduceMax: integers",
        "sub: integers",
        "where: integers",
    ]

    /// Types without kernels run the definition.
    @Test(arguments: OpSamples.all)
    func otherTypesRunTheDefinition(_ sample: OpSample) throws {
        let node = try OneNodeGraph(sample.op, sample.inputs)
        #expect(try node.executed(.best, threads: 2) == node.evaluated())
    }
}
