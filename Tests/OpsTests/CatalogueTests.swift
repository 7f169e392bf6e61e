import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// The walk over the catalogue: what every op promises by its kind, on the samples of its family.
@Suite struct CatalogueTests {
    @Test func everyOpHasASampleAndAMeaning() {
        let sampled = Set(OpSamples.all.map(\.op.mnemonic)), structural = Set(OpCatalog([]).types.map { $0.mnemonic })
        for type in OpCatalog.standard.types where !structural.contains(type.mnemonic) {
            #expect(sampled.contains(type.mnemonic), "no sample of \(type.mnemonic)")
            #expect(type is any DefinedOp.Type || type is any FusedOp.Type, "\(type.mnemonic) has no meaning")
        }
        for sample in OpSamples.all {
            #expect(OpCatalog.standard[sample.op.mnemonic] != nil, "\(sample.op.mnemonic) is not in the catalogue")
        }
    }

    @Test(arguments: OpSamples.all)
    func graphsPrintAndParse(_ sample: OpSample) throws {
        for element in [ElementType.float64, .float32] {
            let graph = try OneNodeGraph(sample.op, sample.inputs(element), path: "layer.0").graph
            try Verifier.verify(graph)
            let text = GraphText.print(graph)
            let parsed = try GraphText.parse(text, catalog: .standard)
            #expect(parsed == graph)
            #expect(GraphText.print(parsed) == text)
        }
    }

    /// Half a unit in the last place of each type, and as many of them as an op may round before its result: an op
    /// computes in float32 and rounds once, a fused one also between its parts.
    private static let roundings: [(element: ElementType, half: Double)] = [
        (.float32, 0x1p-24), (.float16, 0x1p-11), (.bfloat16, 0x1p-8),
    ]

    /// Every floating-point type gives outputs of the declared types, and what float64 gives on the same rounded inputs
    /// but for the rounding of results.
    @Test(arguments: OpSamples.all)
    func definitionsAgreeInEveryType(_ sample: OpSample) throws {
        for (element, half) in Self.roundings {
            let inputs = sample.inputs(element)
            let node = try OneNodeGraph(sample.op, inputs), results = try node.evaluated()
            let exact = try OneNodeGraph(sample.op, inputs.map { $0.floating(.float64) }).evaluated()
            let tolerance = element == .float32 ? 1e-5 : sample.op is any FusedOp ? 8 * half : 1.5 * half
            for (slot, (result, reference)) in zip(results, exact).enumerated() {
                #expect(result.type == node.graph.outputs[slot].value.type(in: node.graph))
                let distance = result.distance(from: reference)
                #expect(distance <= tolerance, "\(element.rawValue), output \(slot): \(distance / half) halves")
            }
        }
    }

    @Test(arguments: OpSamples.all.filter { $0.op is any DifferentiableOp })
    func gradientsAgreeWithFiniteDifferences(_ sample: OpSample) throws {
        let results = try sample.op.outputTypes(for: sample.inputs.map(\.type))
        guard sample.inputs.contains(where: { $0.element.isFloatingPoint }), results[0].element.isFloatingPoint else {
            return
        }
        for (input, distance) in try FiniteDifferences(sample.op, sample.inputs).distances() {
            #expect(distance < 1e-7, "the gradient of input \(input)")
        }
    }
}

extension Value {
    fileprivate func type(in graph: Graph) -> TensorType { graph.type(of: self) }
}
