import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// States: old values until the step ends, and several programs on the same memory.
@Suite struct StateTests {
    private static let type = TensorType(.float32, [3])
    private static let store = ParameterStore([
        "a": Tensor([Float(1), 2, 3], shape: [3]), "b": Tensor([Float(10), 20, 30], shape: [3]),
    ])

    /// Runs twice and compares outputs and states with the evaluator each time.
    private static func expectAgreement(_ body: (GraphBuilder, _ a: Value, _ b: Value) throws -> Void) throws {
        let builder = GraphBuilder()
        let a = try builder.state("a", .parameter, type), b = try builder.state("b", .statistic, type)
        try body(builder, a, b)
        let graph = try builder.finish()
        let session = try Session(Compiler.compile(graph, for: .training), parameters: store, threads: 2)
        var states = store.asDictionary
        for _ in 0..<2 {
            let expected = try Evaluator.run(graph, states: states)
            #expect(try session.run([:]) == expected.outputs)
            states.merge(expected.updates) { $1 }
            for (path, tensor) in session.states.snapshot().asDictionary { #expect(tensor == states[path], "\(path)") }
        }
    }

    @Test func anOutputIsTheOldValue() throws {
        try Self.expectAgreement { builder, a, b in
            builder.output("old", a)
            builder.output("view", try builder.add(Reshape(to: [3, 1]), [a])[0])
            let new = try builder.add(Add(), [a, b])[0]
            builder.output("new", new)
            builder.update("a", with: new)
        }
    }

    @Test func statesTradePlaces() throws {
        try Self.expectAgreement { builder, a, b in
            builder.update("a", with: b)
            builder.update("b", with: a)
        }
    }

    @Test(arguments: [false, true])
    func aStateKeepsAnothersOldValue(_ isFirst: Bool) throws {
        try Self.expectAgreement { builder, a, b in
            let new = try builder.add(Multiply(), [a, builder.scalar(2, .float32)])[0]
            if isFirst { builder.update("b", with: a) }
            builder.update("a", with: new)
            if !isFirst { builder.update("b", with: a) }
        }
    }

    @Test func aLateReaderSeesTheOldValue() throws {
        try Self.expectAgreement { builder, a, b in
            let new = try builder.add(SGDUpdate(), [a, b, builder.scalar(0.5, .float32)])[0]
            builder.update("a", with: new)
            // Reads a after its new value is there.
            builder.output("late", try builder.add(Subtract(), [builder.add(Relu(), [new])[0], a])[0])
        }
    }

    /// Weights are packed once a session; a program that trains them makes the packed ones of another session stale.
    @Test func programsShareStates() throws {
        let weight = TensorType(.float32, [5, 3, 3, 3]), image = TensorType(.float32, [1, 3, 6, 5])
        func graph(trains: Bool) throws -> Graph {
            let builder = GraphBuilder(name: trains ? "training" : "inference")
            let x = try builder.addInput("x", image), w = try builder.state("w", .parameter, weight)
            builder.output("y", try builder.add(Convolution(pads: [1, 1, 1, 1]), [x, w])[0])
            if trains {
                let dw = try builder.add(Multiply(), [w, builder.scalar(0.5, .float32)])[0]
                builder.update("w", with: try builder.add(SGDUpdate(), [w, dw, builder.scalar(1, .float32)])[0])
            }
            return try builder.finish()
        }
        var stream = RandomStream(seed: 1, name: "states")
        let x = Tensor((0..<90).map { _ in Float(stream.normal()) }, shape: [1, 3, 6, 5]),
            w = Tensor((0..<135).map { _ in Float(stream.normal()) }, shape: [5, 3, 3, 3])
        let training = try graph(trains: true), pool = WorkerPool(threadCount: 2)
        let states = try StateMemory(for: training, loading: ParameterStore(["w": w]))
        let trainer = try Session(Compiler.compile(training, for: .training), states: states, pool: pool)
        let predictor = try Session(Compiler.compile(graph(trains: false), for: .inference), states: states, pool: pool)
        func score(_ session: Session) throws -> [Double] { try session.run(["x": x])["y"]!.doubles() }
        let first = try score(predictor)
        #expect(try score(trainer) == first)
        #expect(try score(predictor) == first.map { $0 / 2 })
        #expect(try score(trainer) == first.map { $0 / 2 })
        #expect(try score(trainer) == first.map { $0 / 4 })
        #expect(try score(predictor) == first.map { $0 / 8 })
        try states.load(ParameterStore(["w": w]))
        #expect(try score(predictor) == first)
    }

    @Test func statesAndInputsThatDoNotFitAreErrors() throws {
        let builder = GraphBuilder()
        let a = try builder.state("a", .parameter, Self.type), x = try builder.addInput("x", Self.type)
        builder.output("y", try builder.add(Add(), [a, x])[0])
        let program = try Compiler.compile(builder.finish(), for: .inference)
        #expect(throws: TesseraError(at: "a", found: "no tensor", accepted: "f32[3]")) {
            try Session(program, parameters: ParameterStore(), threads: 1)
        }
        let wrong = ParameterStore(["a": Tensor(zeros: .float32, shape: [4])])
        #expect(throws: TesseraError(at: "a", found: "a tensor f32[4]", accepted: "f32[3]")) {
            try Session(program, parameters: wrong, threads: 1)
        }
        let session = try Session(program, parameters: Self.store, threads: 1)
        #expect(throws: TesseraError(at: "input x", found: "nothing", accepted: "f32[3]")) { try session.run([:]) }
        #expect(throws: TesseraError(at: "input x", found: "a tensor i64[3]", accepted: "f32[3]")) {
            try session.run(["x": Tensor(zeros: .int64, shape: [3])])
        }
    }
}
