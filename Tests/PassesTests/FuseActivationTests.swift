import TesseraCompiler
import TesseraIR
import TesseraModels
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

/// SiLU and GELU as files spell them.
@Suite struct FuseActivationTests {
    private static func graph(_ body: (GraphBuilder, Value) throws -> Value) throws -> Graph {
        let builder = GraphBuilder(name: "test")
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 2, 3, 3]))
        builder.output("y", try body(builder, x))
        return try builder.finish()
    }

    private static func add(_ builder: GraphBuilder, _ op: any Op, _ inputs: Value...) throws -> Value {
        try builder.add(op, inputs, path: "act")[0]
    }

    private static func number(_ builder: GraphBuilder, _ value: Float) throws -> Value {
        try builder.constant(Tensor(scalar: value), path: "act")
    }

    /// 1 + erf(x / √2), the quotient also as a product.
    private static func gate(_ builder: GraphBuilder, _ x: Value, divides: Bool, one: Float = 1) throws -> Value {
        let root = Float(2).squareRoot()
        let inner =
            divides
            ? try add(builder, Divide(), x, number(builder, root))
            : try add(builder, Multiply(), x, number(builder, 1 / root))
        return try add(builder, Add(), add(builder, ErrorFunction(), inner), number(builder, one))
    }

    /// The ways in which exporters multiply x, ½ and 1 + erf(x / √2).
    private static let products: [@Sendable (GraphBuilder, Value, Value) throws -> Value] = [
        { try add($0, Multiply(), add($0, Multiply(), $1, $2), number($0, 0.5)) },
        { try add($0, Multiply(), add($0, Multiply(), $1, number($0, 0.5)), $2) },
        { try add($0, Multiply(), $1, add($0, Multiply(), number($0, 0.5), $2)) },
        { try add($0, Multiply(), number($0, 0.5), add($0, Multiply(), $2, $1)) },
    ]

    @Test func aSigmoidTimesItsOperandIsOneNode() throws {
        for isFirst in [true, false] {
            let graph = try Self.graph { builder, x in
                let gate = try Self.add(builder, Sigmoid(), x)
                return try isFirst
                    ? Self.add(builder, Multiply(), x, gate) : Self.add(builder, Multiply(), gate, x)
            }
            let fused = try Pipeline([FuseSilu()]).run(graph)
            #expect(
                GraphText.print(fused) == """
                    graph "test" {
                      %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                      %3 = silu(%0) : f32[1,2,3,3]  @act  from %2, %1
                      output "y" = %3
                    }

                    """)
            try NormPassTests.expectSameNumbers(graph, fused)
        }
    }

    @Test func aSigmoidWithAnotherReaderOrOperandIsLeftAlone() throws {
        let shared = try Self.graph { builder, x in
            let gate = try Self.add(builder, Sigmoid(), x)
            builder.output("gate", gate)
            return try Self.add(builder, Multiply(), x, gate)
        }
        let log = RewriteLog()
        #expect(try Pipeline([FuseSilu()]).run(shared, log: log) == shared)
        #expect(log.entries.map(\.what) == ["the sigmoid %1 has other readers"])
        let other = try Self.graph { builder, x in
            let twice = try Self.add(builder, Add(), x, x)
            return try Self.add(builder, Multiply(), twice, Self.add(builder, Sigmoid(), x))
        }
        #expect(try Pipeline([FuseSilu()]).run(other) == other)
    }

    @Test(arguments: 0..<4, [true, false])
    func everySpellingOfGeluIsOneNode(_ product: Int, _ divides: Bool) throws {
        let graph = try Self.graph { builder, x in
            try Self.products[product](builder, x, Self.gate(builder, x, divides: divides))
        }
        let fused = try Compiler.Purpose.inference.pipeline.run(graph)
        let nodes = fused.nodes.filter { !($0.op is Constant) }
        #expect(nodes.map(\.op.mnemonic) == ["input", "gelu"])
        #expect(Set(nodes[1].origins).isSubset(of: Set(graph.nodes.map(\.id))))
        try NormPassTests.expectSameNumbers(graph, fused)
    }

    @Test func geluBeforeAndAfter() throws {
        let graph = try Self.graph { builder, x in
            try Self.products[0](builder, x, Self.gate(builder, x, divides: true))
        }
        let fused = try Pipeline([FuseGelu(), RemoveUnusedNodes()]).run(graph)
        #expect(
            GraphText.print(fused) == """
                graph "test" {
                  %0 = input() name="x" type=f32[1,2,3,3] : f32[1,2,3,3]
                  %9 = gelu(%0) : f32[1,2,3,3]  @act  from %8, %6, %5, %3, %2
                  output "y" = %9
                }

                """)
    }

    @Test func whatIsNoGeluIsLeftAlone() throws {
        let another = try Self.graph { builder, x in
            try Self.products[1](builder, x, Self.gate(builder, x, divides: true, one: 2))
        }
        let unscaled = try Self.graph { builder, x in
            try Self.add(builder, Multiply(), x, Self.gate(builder, x, divides: true))
        }
        let elsewhere = try Self.graph { builder, x in
            let y = try Self.add(builder, Add(), x, x)
            return try Self.products[2](builder, y, Self.gate(builder, x, divides: false))
        }
        for graph in [another, unscaled, elsewhere] { #expect(try Pipeline([FuseGelu()]).run(graph) == graph) }
        let shared = try Self.graph { builder, x in
            let gate = try Self.gate(builder, x, divides: true)
            builder.output("gate", gate)
            return try Self.products[0](builder, x, gate)
        }
        let log = RewriteLog()
        #expect(try Pipeline([FuseGelu()]).run(shared, log: log) == shared)
        #expect(log.entries.last?.isApplied == false)
    }

    /// Once a block, and never in the architectures that have neither.
    @Test func theyFireOnceABlock() throws {
        let blocks = try Self.graph { builder, x in
            try (0..<6).reduce(x) { value, index in
                let gelu = try Self.products[index % 4](
                    builder, value, Self.gate(builder, value, divides: index.isMultiple(of: 2)))
                return try Self.add(builder, Multiply(), Self.add(builder, Sigmoid(), gelu), gelu)
            }
        }
        let counts = Dictionary(
            try Compiler.Purpose.inference.pipeline.run(blocks).nodes.map { ($0.op.mnemonic, 1) }, uniquingKeysWith: +)
        #expect(counts == ["input": 1, "constant": 4, "gelu": 6, "silu": 6])
        for name in ["resnet-dwise50", "mobilenet-v2"] {
            let model = try ModelCatalog.standard.entry(named: name).model(inputChannels: 1, height: 64).graph
            let optimized = try Compiler.Purpose.inference.pipeline.run(model.binding(["N": 1]))
            #expect(!optimized.nodes.contains { $0.op is Silu || $0.op is Gelu })
        }
    }
}
