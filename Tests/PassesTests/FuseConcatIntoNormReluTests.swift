import TesseraCompiler
import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

@Suite struct FuseConcatIntoNormReluTests {
    private static let vectors = ["scale", "bias", "mean", "variance"]

    private static func graph(axis: Int = 1, shares: Bool = false) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        let joined = try builder.add(Concat(axis: axis), [x, x], path: "join")
        let channels = builder.type(of: joined[0]).shape![1]
        let parameters = try vectors.map {
            try builder.state($0, .parameter, TensorType(.float32, shape: [channels]))
        }
        let norm = try builder.add(NormRelu(epsilon: 1e-3), joined + parameters, path: "norm")
        if shares { builder.output("joined", joined[0]) }
        builder.output("y", norm[0])
        return try builder.finish()
    }

    @Test func whatIsJoinedIsNormalisedOnItsWay() throws {
        let graph = try Self.graph(), fused = try Pipeline([FuseConcatIntoNormRelu()]).run(graph)
        #expect(fused.nodes.map(\.op.mnemonic).filter { $0 != "state" } == ["input", "concatNormRelu"])
        let x = Tensor((0..<18).map { Float($0 * 7 % 11) - 5 }, shape: [1, 2, 3, 3])
        let states = Dictionary(
            uniqueKeysWithValues: Self.vectors.enumerated().map { index, name in
                (name, Tensor((0..<4).map { Float($0 + index) / 4 + 0.5 }, shape: [4]))
            })
        let results = try [graph, fused].map { try Evaluator.run($0, inputs: ["x": x], states: states).outputs["y"]! }
        #expect(results[0] == results[1])
    }

    @Test func otherConcatenationsAreLeftAlone() throws {
        for (graph, reason) in [
            (try Self.graph(axis: 2), "joins another axis than the channels"),
            (try Self.graph(shares: true), "has other readers"),
        ] {
            let log = RewriteLog()
            #expect(try Pipeline([FuseConcatIntoNormRelu()]).run(graph, log: log) == graph)
            #expect(log.entries.count == 1 && log.entries[0].what.hasSuffix(reason))
        }
    }
}
