import TesseraCompiler
import TesseraExecution
import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Sums over many pixels of equal values, of which a plain float sum rounds every addition the same way.
@Suite struct NormSumTests {
    static let channels = 19

    /// The norm's gradient for a dy that is the same at every pixel, as behind a global mean: dbias = P · dy, and dx
    /// sums to 0.
    @Test(arguments: InstructionSet.allCases.filter { (try? KernelTable($0)) != nil }, [[4, 8, 8], [2, 75, 61]])
    func equalGradientsAreSummedWithoutDrift(_ set: InstructionSet, _ extents: [Int]) throws {
        let shape = [extents[0], Self.channels, extents[1], extents[2]], plane = extents[1] * extents[2],
            pixels = extents[0] * plane
        var stream = RandomStream(seed: 1, name: "norm sums")
        let x = Tensor((0..<pixels * Self.channels).map { _ in Float(stream.normal()) }, shape: shape)
        let slopes = (0..<Self.channels).map { _ in Float(stream.uniform(0.5...1)) }
        let dy = Tensor((0..<pixels * Self.channels).map { slopes[$0 / plane % Self.channels] }, shape: shape)
        let builder = GraphBuilder(), vector = TensorType(.float32, shape: [Self.channels])
        let image = TensorType(.float32, shape: shape)
        let inputs = [try builder.addInput("dy", image), try builder.addInput("x", image)]
        let scale = try builder.addInput("scale", vector)
        let moments = try builder.add(ChannelMoments(), [inputs[1]])
        let sums = try builder.add(BatchNormalizationGradientSums(), inputs + moments)
        let gradient = try builder.add(BatchNormalizationGradient(), inputs + [scale] + moments + sums)
        for (name, value) in zip(["dx", "dscale", "dbias"], gradient + sums) { builder.output(name, value) }
        let session = try Session(
            Compiler.compile(builder.finish(), for: .training, options: CompilerOptions(instructionSet: set)),
            parameters: ParameterStore(),
            threads: 2)
        let ones = Tensor([Float](repeating: 1, count: Self.channels), shape: [Self.channels])
        let result = try session.run(["dy": dy, "x": x, "scale": ones])

        let dbias = result["dbias"]!.doubles(), dx = result["dx"]!.doubles()
        for c in 0..<Self.channels {
            let exact = Double(slopes[c]) * Double(pixels)
            #expect(abs(dbias[c] - exact) <= 1.5e-7 * exact, "channel \(c)")
            var sum = 0.0
            for image in 0..<extents[0] { for p in 0..<plane { sum += dx[(image * Self.channels + c) * plane + p] } }
            #expect(abs(sum) <= 2e-7 * exact, "channel \(c)")
        }
    }

    @Test func infinityIsSummedAsItIs() throws {
        // One channel each of −∞, of +∞, of both, of NaN, and of numbers.
        let plane = 70
        var numbers = (0..<5 * plane).map { Float($0 % 7) }
        (numbers[3], numbers[plane + 40]) = (-.infinity, .infinity)
        (numbers[2 * plane], numbers[2 * plane + 65]) = (.infinity, -.infinity)
        numbers[3 * plane + 1] = .nan
        let x = Tensor(numbers, shape: [1, 5, 7, 10])
        #expect(try ReduceMean(axes: [2, 3]).evaluate([x])[0].doubles().prefix(2) == [-.infinity, .infinity])
        #expect(try OneNodeGraph.disagreements(ReduceMean(axes: [2, 3], keepsDimensions: true), [x]) == [])
    }
}
