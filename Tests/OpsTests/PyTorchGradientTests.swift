import Foundation
import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraTensors
import TesseraTraining
import TestSupport
import Testing

/// Outputs and gradients of single ops in float64 against PyTorch's, which `Tests/Interop/gradient_reference.py`
/// recorded.
@Suite struct PyTorchGradientTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Golden/Gradients"
    ).path(percentEncoded: false)

    static let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    /// The tensors of a case by name, and its graph.
    static func read(_ name: String) throws -> (tensors: [String: Tensor], graph: Graph) {
        let file = try Safetensors(path: "\(folder)/\(name)")
        return (file.tensors, try GraphText.parse(try #require(file.metadata["graph"]), catalog: .standard))
    }

    @Test func everyOpThatPyTorchHasIsCompared() throws {
        let mnemonics = try Set(Self.cases.flatMap { try Self.read($0).graph.nodes.map(\.op.mnemonic) })
        let differentiable = OpCatalog.standard.types.filter { $0 is any DifferentiableOp.Type }.map { $0.mnemonic }
        #expect(Set(differentiable).subtracting(mnemonics).sorted() == [])
    }

    @Test(arguments: cases)
    func gradientsAgree(_ name: String) throws {
        let (tensors, graph) = try Self.read(name)
        func tensor(_ key: String) throws -> Tensor { try #require(tensors[key]) }
        let builder = GraphBuilder(graph), y = graph.outputs[0].value
        let weighted = try builder.add(Multiply(), [y, builder.constant(tensor("dy"))])
        let targets = graph.inputs.filter { tensors["gradient.\($0.name)"] != nil }
        let gradients = try Autodiff.gradients(
            of: builder.add(ReduceSum(), weighted)[0], withRespectTo: targets.map(\.value), in: builder)
        for (target, gradient) in zip(targets, gradients) { builder.output("gradient.\(target.name)", gradient) }
        let inputs = try Dictionary(uniqueKeysWithValues: graph.inputs.map { ($0.name, try tensor($0.name)) })
        let results = try Evaluator.run(builder.finish(), inputs: inputs).outputs
        for (key, result) in results { #expect(result.distance(from: try tensor(key)) < 1e-9, "\(key)") }
    }
}
