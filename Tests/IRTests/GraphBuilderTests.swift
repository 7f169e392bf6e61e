import TesseraIR
import TesseraOps
import TesseraPasses
import TesseraTensors
import Testing

/// Building and rebuilding graphs: first failures, shared states, ids that stay.
@Suite struct GraphBuilderTests {
    private static let type = TensorType(.float32, [2, 3])

    @Test func theFirstFailureIsThrownAtTheEnd() throws {
        let builder = GraphBuilder()
        builder.record(TesseraError(at: "first", found: "a"))
        builder.record(TesseraError(at: "second", found: "b"))
        let error = #expect(throws: TesseraError.self) { try builder.finish() }
        #expect(error?.location == "first")
    }

    @Test func whatDoesNotFitIsAnErrorWithPathOpAndShapes() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.type), y = try builder.addInput("y", TensorType(.float32, [4, 3]))
        let error = #expect(throws: TesseraError.self) { try builder.add(Add(), [x, y], path: "blocks.0") }
        #expect(
            error?.description
                == "blocks.0: add: the shapes [2,3] and [4,3]; accepted: shapes that broadcast: equal extents or 1, aligned at the last axis"
        )
        #expect(throws: TesseraError.self) { try builder.add(Relu(), [Value(NodeID(77))]) }
        #expect(throws: TesseraError.self) { try builder.add(Relu(), [Value(x.node, slot: 1)]) }
        #expect(throws: TesseraError.self) { try builder.add(MaxPool(kernel: [0]), [x]) }
        #expect(throws: TesseraError.self) { try builder.addInput("x", Self.type) }
        #expect(builder.graph.nodes.count == 2)
    }

    @Test func aStateIsDeclaredOnce() throws {
        let builder = GraphBuilder()
        let first = try builder.state("w", .parameter, Self.type)
        #expect(try builder.state("w", .parameter, Self.type) == first)
        #expect(throws: TesseraError.self) { try builder.state("w", .statistic, Self.type) }
        #expect(throws: TesseraError.self) { try builder.state("w", .parameter, TensorType(.float32, [3])) }
        // A builder that goes on with the graph knows it too.
        #expect(try GraphBuilder(builder.graph).state("w", .parameter, Self.type) == first)
    }

    private static func chain() throws -> Graph {
        let builder = GraphBuilder(name: "chain")
        let x = try builder.addInput("x", TensorType(.float32, ["N", 3]))
        let a = try builder.add(Relu(), [x], path: "a")[0], b = try builder.add(Relu(), [x], path: "b")[0]
        try builder.add(Sigmoid(), [x])
        let sum = try builder.add(Add(), [a, b], path: "sum", origins: [NodeID(50)])[0]
        builder.output("y", try builder.add(Sigmoid(), [sum])[0])
        return try builder.finish()
    }

    @Test func rebuildingKeepsIdsPathsAndOrigins() throws {
        let graph = try Self.chain()
        #expect(try graph.rebuilding { _, _, _ in nil } == graph)
        #expect(try graph.removingUnusedNodes().nodes.map(\.id.rawValue) == [0, 1, 2, 4, 5])
    }

    @Test func newNodesNeverGetAnIdThatWasUsed() throws {
        let graph = try Self.chain()
        let smaller = try graph.rebuilding { node, inputs, builder in
            node.id.rawValue == 5 ? try builder.add(Relu(), inputs, origins: node.modelNodes) : nil
        }
        #expect(smaller.nodes.last?.id == NodeID(6) && smaller.nodes.last?.origins == [NodeID(5)])
        // The highest node removed, its id is still taken.
        let again = GraphBuilder(
            try smaller.rebuilding { node, inputs, _ in node.id.rawValue == 6 ? [inputs[0]] : nil })
        #expect(try again.add(Relu(), [Value(NodeID(0))])[0].node == NodeID(7))
    }

    @Test func mergingEqualNodesKeepsTheFirstOne() throws {
        let merged = try MergeEqualNodes().run(try Self.chain(), RewriteLog())
        #expect(
            GraphText.print(merged) == """
                graph "chain" {
                  %0 = input() name="x" type=f32[N,3] : f32[N,3]
                  %1 = relu(%0) : f32[N,3]  @a
                  %3 = sigmoid(%0) : f32[N,3]
                  %4 = add(%1, %1) : f32[N,3]  @sum  from %50
                  %5 = sigmoid(%4) : f32[N,3]
                  output "y" = %5
                }

                """)
    }

    @Test func bindingGivesNumbersToNamesEverywhere() throws {
        let bound = try Self.chain().binding(["N": 7])
        #expect(bound.nodes.allSatisfy { $0.outputTypes == [TensorType(.float32, [7, 3])] })
        #expect(try Self.chain().binding(["M": 7]) == Self.chain())
    }

    @Test func elementTypesChangeInInputsStatesAndConstants() throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", Self.type), w = try builder.state("w", .parameter, Self.type)
        let one = try builder.scalar(1, .float32), steps = try builder.state("steps", .counter, TensorType(.int64, []))
        builder.output("y", try builder.add(Add(), [builder.add(Multiply(), [x, w])[0], one])[0])
        builder.output("steps", steps)
        let wide = try builder.finish().changingElements(from: .float32, to: .float64)
        #expect(
            wide.nodes.map { $0.outputTypes[0].element } == [.float64, .float64, .float64, .int64, .float64, .float64])
    }

    @Test func theEvaluatorNamesWhatIsMissingOrOfAnotherType() throws {
        let graph = try Self.chain()
        #expect(throws: TesseraError(at: "input x", found: "nothing", accepted: "a tensor f32[N,3]")) {
            try Evaluator.run(graph)
        }
        let wrong = Tensor(zeros: .float32, shape: [2, 4])
        #expect(throws: TesseraError(at: "input x", found: "a tensor f32[2,4]", accepted: "f32[N,3]")) {
            try Evaluator.run(graph, inputs: ["x": wrong])
        }
    }
}
