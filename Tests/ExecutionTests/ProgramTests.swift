import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraLayers
import TesseraModels
import TesseraOps
import TesseraPlanning
import TesseraTensors
import Testing

/// Programs as a whole: their memory plans, graphs without steps, and what compile refuses.
@Suite struct ProgramTests {
    private static func program(_ regions: RegionChoice? = nil) throws -> Program {
        let model = try Model(
            "small", input: TensorType(.float32, [2, 3, 33, 33]), layer: ResNetDwise50(widths: [4, 6, 8, 10]))
        return try Compiler.compile(model.graph, for: .inference, options: CompilerOptions(regions: regions))
    }

    @Test func plansReuseMemory() throws {
        let plan = try Self.program(.single).plan
        try PlanVerifier.verify(plan)
        #expect(plan.byteCount >= plan.lowerBound)
        #expect(plan.byteCount < plan.placements.reduce(0) { $0 + $1.request.byteCount } / 2)
        #expect(Double(plan.byteCount) < 1.3 * Double(plan.lowerBound))
    }

    /// Any buffer of a real plan moved onto one that is alive at the same time is found.
    @Test func theVerifierFindsABufferMovedOntoAnother() throws {
        let plan = try Self.program().plan
        func moving(_ index: Int, to offset: Int) -> MemoryPlan {
            var placements = plan.placements
            placements[index] = .init(request: placements[index].request, offset: offset)
            return MemoryPlan(
                planner: plan.planner, placements: placements, byteCount: plan.byteCount, lowerBound: plan.lowerBound,
                peakStep: plan.peakStep)
        }
        let used = plan.placements.indices.filter { plan.placements[$0].request.byteCount > 0 }
        var moved = 0
        for index in used {
            let here = plan.placements[index]
            guard
                let other = used.first(where: {
                    plan.placements[$0].request.steps.overlaps(here.request.steps) && $0 != index
                })
            else { continue }
            let target = plan.placements[other].offset
            guard target + here.request.byteCount + MemoryPlan.slack <= plan.byteCount else { continue }
            let error = #expect(throws: TesseraError.self) { try PlanVerifier.verify(moving(index, to: target)) }
            #expect(
                error?.description.contains("overlapping") == true
                    && error?.description.contains(here.request.name) == true)
            moved += 1
        }
        #expect(moved > 20)
    }

    @Test func aGraphWithoutStepsGivesItsInputsStatesAndConstants() throws {
        let builder = GraphBuilder(), type = TensorType(.float32, [2])
        builder.output("input", try builder.addInput("x", type))
        builder.output("state", try builder.state("w", .parameter, type))
        builder.output("constant", try builder.constant(Tensor([Float(5), 6], shape: [2])))
        let x = Tensor([Float(1), 2], shape: [2]), w = Tensor([Float(3), 4], shape: [2])
        let session = try Session(
            Compiler.compile(builder.finish(), for: .inference), parameters: ParameterStore(["w": w]), threads: 2)
        #expect(try session.run(["x": x]) == ["input": x, "state": w, "constant": Tensor([Float(5), 6], shape: [2])])
    }

    @Test func namesMustBeBound() throws {
        let builder = GraphBuilder()
        builder.output("y", try builder.add(Relu(), [builder.addInput("x", TensorType(.float32, ["N", 2]))])[0])
        let graph = try builder.finish()
        #expect(throws: TesseraError.self) { try Compiler.compile(graph, for: .inference) }
        #expect(throws: Never.self) { try Compiler.compile(graph, for: .inference, binding: ["N": 3]) }
    }

    /// A static part runs once; results stay the same in every later run, whatever lies in the arena in between.
    @Test func whatDependsOnNoInputIsComputedOnce() throws {
        let builder = GraphBuilder(), type = TensorType(.float32, [300, 300])
        let x = try builder.addInput("x", type), w = try builder.state("w", .parameter, type)
        let prepared = try builder.add(Sigmoid(), [builder.add(Add(), [w, w])[0]])[0]
        builder.output("prepared", prepared)
        builder.output(
            "y",
            try builder.add(Multiply(), [builder.add(Relu(), [builder.add(Add(), [x, prepared])[0]])[0], prepared])[0])
        let graph = try builder.finish()
        let w0 = Initializer.normal(deviation: 1).tensor(shape: [300, 300], path: "w", seed: 1)
        let session = try Session(
            Compiler.compile(graph, for: .inference), parameters: ParameterStore(["w": w0]), threads: 2)
        var steps: [Int] = []
        for seed in 1...3 as ClosedRange<UInt64> {
            let image = Initializer.normal(deviation: 1).tensor(shape: [300, 300], path: "x", seed: seed)
            steps.append(0)
            let results = try session.run(["x": image]) { _ in steps[steps.count - 1] += 1 }
            let expected = try Evaluator.run(graph, inputs: ["x": image], states: ["w": w0]).outputs
            for (name, tensor) in expected {
                #expect(zip(results[name]!.doubles(), tensor.doubles()).allSatisfy { abs($0 - $1) < 1e-6 })
            }
        }
        #expect(session.program.steps.count == 5 && steps == [3, 3, 3])
    }
}
