import TesseraCompiler
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import TesseraTraining
import Testing

/// In the training step of every architecture, every norm that only a ReLU reads is fused with it, forward and
/// backward, and no weight's gradient reads an activation that was kept.
@Suite struct TrainingPassCountTests {
    /// The ReLUs of MobileNetV2 end at 6 and are fused with nothing.
    @Test(arguments: ModelCatalog.standard.names.filter { $0 != "mobilenet-v2" })
    func everyNormOfAReluIsFusedBothWays(_ name: String) throws {
        let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64).graph
        let uses = model.uses()
        let pairs = model.nodes.filter { node in
            node.op is Relu && model[node.inputs[0].node].op is BatchNormalization && uses[node.inputs[0]]!.count == 1
        }.count
        #expect(pairs >= 32)
        let step = try TrainingGraph(model: model, inputShape: [2, 1, 64, 64], options: .init())
        let fused = try Pipeline([RemoveUnusedNodes(), MergeEqualNodes(), FuseNormRelu()]).run(step.graph)
        #expect(fused.nodes.filter { $0.op is NormRelu }.count == pairs)
        #expect(fused.nodes.filter { $0.op is NormReluGradientSums }.count == pairs)
        #expect(fused.nodes.filter { $0.op is NormReluGradient }.count == pairs)
        let optimized = try Compiler.Purpose.training.pipeline.run(step.graph)
        func activations<O: Op>(readBy _: O.Type) -> [NodeID] {
            optimized.nodes.filter { $0.op is O && optimized[$0.inputs[0].node].op is NormRelu }.map {
                $0.inputs[0].node
            }
        }
        let forward = activations(readBy: Convolution.self),
            backward = activations(readBy: ConvolutionWeightGradient.self)
        #expect(Set(forward).isDisjoint(with: backward))
        #expect(forward.count == backward.count && forward.count >= 16)
    }

    @Test func theCountsOfResNetDwise50() throws {
        let model = try ModelCatalog.standard.entry(named: "resnet-dwise50").model(inputChannels: 1, height: 64).graph
        let step = try TrainingGraph(model: model, inputShape: [2, 1, 64, 64], options: .init())
        let optimized = try Compiler.Purpose.training.pipeline.run(step.graph)
        func count<O: Op>(_: O.Type) -> Int { optimized.nodes.filter { $0.op is O }.count }
        #expect(count(ChannelMoments.self) == 49 && count(NormRelu.self) == 49 + 48)
        #expect(count(NormReluGradientSums.self) == 49 && count(NormReluGradient.self) == 49)
    }
}
