import Synchronization
import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Denormals are zero inside float32 kernels and nowhere else, whatever thread computes.
@Suite struct DenormalTests {
    private func halves(_ values: [Float16], shape: [Int]) -> Tensor { Tensor(values, shape: shape) }

    /// Compiled for every instruction set, with 1, 2 and 3 threads.
    private func results(_ graph: Graph, _ inputs: [String: Tensor]) throws -> [[Double]] {
        try InstructionSet.available.flatMap { set in
            let program = try Compiler.compile(graph, for: .inference, options: CompilerOptions(instructionSet: set))
            return try (1...3).map { threads in
                let session = try Session(program, parameters: ParameterStore(), threads: threads)
                _ = try session.run(inputs)
                return try session.run(inputs)["y"]!.doubles()
            }
        }
    }

    /// Three weights of 3e-5, each below the smallest normal float16, over three ones.
    private func convolution(of weights: (GraphBuilder) throws -> Value) throws -> Graph {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [1, 1, 1, 3]))
        let cast = try builder.add(Cast(to: .float32), [weights(builder)])[0]
        builder.output("y", try builder.add(Convolution(), [x, cast])[0])
        return try builder.finish()
    }

    @Test func aFloat16BelowItsNormalsIsAnOrdinaryNumberAfterACast() throws {
        let weights = halves([3e-5, 3e-5, 3e-5], shape: [1, 1, 1, 3]), exact = 3 * Double(Float16(3e-5))
        let ones = Tensor([1, 1, 1] as [Float], shape: [1, 1, 1, 3])
        let given = try convolution { try $0.addInput("w", weights.type) }
        let constant = try convolution { try $0.constant(weights) }
        let run = try results(given, ["x": ones, "w": weights]), folded = try results(constant, ["x": ones])
        #expect(run == folded && Set(run.flatMap { $0 }).count == 1)
        #expect(abs(run[0][0] - exact) < 1e-10 && exact > 8.9e-5)
    }

    @Test func float16ProductsBelowItsNormalsStay() throws {
        let builder = GraphBuilder(), a = halves([0.01], shape: [1]), b = halves([0.001], shape: [1])
        let (x, z) = (try builder.addInput("a", a.type), try builder.addInput("b", b.type))
        builder.output("y", try builder.add(Multiply(), [x, z])[0])
        let graph = try builder.finish()
        let expected = try Evaluator.run(graph, inputs: ["a": a, "b": b]).outputs["y"]!.doubles()
        #expect(abs(expected[0] - 1e-5) < 1e-7)
        for result in try results(graph, ["a": a, "b": b]) { #expect(result == expected) }
    }

    @Test func theSignOfADenormalIsZero() throws {
        let builder = GraphBuilder(), values = Tensor([Float(1e-40), -Float(1e-40), -0.0, 1e-30, -2], shape: [5])
        let x = try builder.addInput("x", values.type)
        builder.output("y", try builder.add(Sign(), [x])[0])
        for result in try results(try builder.finish(), ["x": values]) { #expect(result == [0, 0, 0, 1, -1]) }
    }

    @Test func float32KernelsFlush() throws {
        let builder = GraphBuilder(), small = Tensor([Float(1e-40), 1e-30, 1], shape: [3])
        let x = try builder.addInput("x", small.type)
        builder.output("y", try builder.add(Add(), [x, x])[0])
        for result in try results(try builder.finish(), ["x": small]) {
            #expect(result == [0, Double(Float(2e-30)), 2])
        }
    }

    @Test func conversionsToFloat32AndFloat64KeepThem() throws {
        let builder = GraphBuilder(), small = Tensor([1e-40, 1e-310], shape: [2])
        let x = try builder.addInput("x", small.type)
        let narrow = try builder.add(Cast(to: .float32), [x])[0]
        builder.output("y", try builder.add(Cast(to: .float64), [narrow])[0])
        for result in try results(try builder.finish(), ["x": small]) { #expect(result == [Double(Float(1e-40)), 0]) }
    }

    /// A number that flushing makes zero; not inlined, so that it is computed when it is asked for.
    @inline(never) private static func isFlushed(_ tile: Int) -> Bool {
        let normal = Float(bitPattern: 0x0080_0000 | UInt32(tile))
        return (normal / 2).bitPattern == 0
    }

    #if arch(x86_64)
        /// The mode is set for the tiles alone, on all threads, and what the caller had comes back.
        @Test(arguments: [1, 3]) func theModeIsThatOfThePhase(_ threads: Int) throws {
            let pool = WorkerPool(threadCount: threads)
            for mode in [true, false, true] {
                let wrong = Atomic<Int>(0)
                try pool.run(tiles: 200, flushingDenormals: mode) { _, tile in
                    if Self.isFlushed(tile) != mode { wrong.wrappingAdd(1, ordering: .relaxed) }
                }
                #expect(wrong.load(ordering: .relaxed) == 0)
                #expect(!Self.isFlushed(threads))
            }
        }
    #endif
}
