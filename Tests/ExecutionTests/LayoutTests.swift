import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Nodes whose operands come in different layouts: channels-last behind a convolution, dense from outside.
@Suite struct LayoutTests {
    /// Builds on a convolution's result [2, channels, 5, 4] and an input of the same shape, and compares the compiled
    /// graph with the evaluator.
    private static func expectAgreement(
        channels: Int, _ body: (GraphBuilder, _ convolved: Value, _ image: Value) throws -> [Value]
    ) throws {
        let builder = GraphBuilder()
        let x = try builder.addInput("x", TensorType(.float32, shape: [2, 3, 5, 4])),
            image = try builder.addInput("image", TensorType(.float32, shape: [2, channels, 5, 4]))
        let weight = try builder.constant(Draw.normal("weight", [channels, 3, 1, 1]).converted(to: .float32))
        let convolved = try builder.add(Convolution(), [x, weight])[0]
        for (slot, value) in try body(builder, convolved, image).enumerated() { builder.output("\(slot)", value) }
        let graph = try builder.finish()
        let inputs = [
            "x": Draw.normal("x", [2, 3, 5, 4]).converted(to: .float32),
            "image": Draw.normal("image", [2, channels, 5, 4]).converted(to: .float32),
        ]
        let expected = try Evaluator.run(graph, inputs: inputs).outputs
        for set in InstructionSet.available {
            let result = try Session(
                Compiler.compile(graph, for: .training, options: CompilerOptions(instructionSet: set)),
                parameters: ParameterStore(), threads: 2
            ).run(inputs)
            #expect(result.count == expected.count)
            for (name, tensor) in expected {
                #expect(try #require(result[name]).distance(from: tensor) < 1e-5, "output \(name), \(set.rawValue)")
            }
        }
    }

    @Test(arguments: [1, 5, 17])
    func flagsChangeTheirLayoutToo(_ channels: Int) throws {
        try Self.expectAgreement(channels: channels) { builder, y, image in
            let behind = try builder.add(Less(), [y, image])[0],
                outside = try builder.add(Less(), [image, builder.scalar(0, .float32)])[0]
            return [
                behind, outside, try builder.add(Where(), [outside, y, image])[0],
                try builder.add(Where(), [behind, image, image])[0],
            ]
        }
    }

    @Test(arguments: [1, 5, 17], 0..<4)
    func joinedAndSliced(_ channels: Int, _ axis: Int) throws {
        try Self.expectAgreement(channels: channels) { builder, y, image in
            let joined = try builder.add(Concat(axis: axis), [image, y, image])[0],
                slice = Slice(axis: axis, start: 1, end: .max, step: 2)
            let sliced = try builder.add(slice, [joined])[0]
            let back = try builder.add(
                SliceGradient(of: slice, extent: builder.type(of: joined).shape![axis]), [sliced])[0]
            return [joined, sliced, back, try builder.add(Relu(), [joined])[0]]
        }
    }

    /// One channel has the same bytes in both layouts; joined to others it must still be read as one channel.
    @Test func oneChannelFromOutsideJoinsMany() throws {
        try Self.expectAgreement(channels: 5) { builder, y, image in
            let one = try builder.add(Slice(axis: 1, start: 2, end: 3), [image])[0]
            let pooled = try builder.add(ReduceMean(axes: [2, 3], keepsDimensions: true), [image])[0]
            let corner = try builder.add(
                Slice(axis: 3, start: 0, end: 1), [builder.add(Slice(axis: 2, start: 0, end: 1), [y])[0]])[0]
            return [
                try builder.add(Concat(axis: 1), [one, y])[0], try builder.add(Concat(axis: 1), [y, one, one])[0],
                try builder.add(Concat(axis: 0), [pooled, corner])[0],
            ]
        }
    }

    @Test(arguments: [1, 5])
    func reshapesReductionsAndArithmetic(_ channels: Int) throws {
        try Self.expectAgreement(channels: channels) { builder, y, image in
            let flat = try builder.add(Reshape(to: [0, -1]), [y])[0],
                map = try builder.add(ReduceMean(axes: [1], keepsDimensions: true), [y])[0]
            return [
                flat, try builder.add(Add(), [y, image])[0], try builder.add(Multiply(), [y, map])[0],
                try builder.add(Subtract(), [image, map])[0],
                try builder.add(Reshape(to: [2, channels, 4, 5]), [builder.add(Relu(), [y])[0]])[0],
                try builder.add(ReduceSum(axes: [0, 2, 3]), [y])[0], y,
            ]
        }
    }
}
