import Foundation
import TesseraAutodiff
import TesseraIR
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct LossTests {
    /// Loss and gradient for predictions and targets of the shape [n, 1], through the evaluator in float64.
    private func evaluate(_ loss: Loss, _ prediction: [Double], _ target: [Double]) throws -> (
        loss: Double, gradient: [Double]
    ) {
        let type = TensorType(.float64, shape: [prediction.count, 1])
        let builder = GraphBuilder()
        let p = try builder.addInput("p", type), t = try builder.addInput("t", type)
        let value = try loss.add(prediction: p, target: t, to: builder)
        builder.output("loss", value)
        builder.output("gradient", try Autodiff.gradients(of: value, withRespectTo: [p], in: builder)[0])
        let inputs = ["p": Tensor(prediction, shape: type.shape!), "t": Tensor(target, shape: type.shape!)]
        let outputs = try Evaluator.run(builder.finish(), inputs: inputs).outputs
        return (outputs["loss"]!.doubles()[0], outputs["gradient"]!.doubles())
    }

    @Test func l2IsTheMeanSquare() throws {
        let result = try evaluate(.l2, [1, 4], [0, 2])
        #expect(result.loss == 2.5)
        #expect(result.gradient == [1, 2])
    }

    @Test func l1IsTheMeanDistanceWithZeroSlopeAtZero() throws {
        let result = try evaluate(.l1, [1, -2, 3, 5], [0, 0, 3, 6])
        #expect(result.loss == 1)
        #expect(result.gradient == [0.25, -0.25, 0, -0.25])
    }

    @Test func smoothIsSquareInsideAndLinearOutside() throws {
        let result = try evaluate(.smooth(alpha: 2, beta: 0.5, gamma: 0), [0.25, -3, 0.5, 1], [0, 0, 0, 1])
        #expect(result.loss == (2 * 0.0625 + 3 + 0.5 + 0) / 4)
        #expect(result.gradient == [0.25, -0.25, 0.25, 0])
    }

    @Test func binaryCrossEntropyIsStable() throws {
        let result = try evaluate(.binaryCrossEntropy, [0, 2, 1000, -1000], [1, 0, 1, 0])
        #expect(abs(result.loss - (log(2) + log(1 + exp(2))) / 4) < 1e-12)
        #expect(abs(result.gradient[0] + 0.125) < 1e-12)
        #expect(abs(result.gradient[1] - 0.25 / (1 + exp(-2))) < 1e-12)
        #expect(result.gradient[2] == 0 && result.gradient[3] == 0)
        #expect(try evaluate(.binaryCrossEntropy, [-1000, 1000], [1, 0]).loss == 1000)
    }

    @Test(arguments: [Loss.smooth(), .smooth(alpha: 0.7, beta: 1.5, gamma: -0.075), .l1, .l2, .binaryCrossEntropy])
    func gradientsAgreeWithFiniteDifferences(_ loss: Loss) throws {
        let prediction = [0.3, -1.2, 2.5, 0.9], target = [0.1, 0.9, 0.4, 0.2], step = 1e-6
        let gradient = try evaluate(loss, prediction, target).gradient
        for index in prediction.indices {
            var up = prediction, down = prediction
            up[index] += step
            down[index] -= step
            let slope = try (evaluate(loss, up, target).loss - evaluate(loss, down, target).loss) / (2 * step)
            #expect(abs(slope - gradient[index]) < 1e-8)
        }
    }

    @Test func onlyAJumpIsReported() {
        #expect(Loss.smooth().warning == nil)
        #expect(Loss.smooth(alpha: 2, beta: 0.25, gamma: 0.125).warning == nil)
        #expect(Loss.l1.warning == nil)
        let warning = Loss.smooth(alpha: 0.5, beta: 2, gamma: 0.5).warning
        #expect(warning?.contains("γ = 0.0") == true)
    }

    @Test func coefficientsOutOfRangeThrow() {
        #expect(throws: TesseraError.self) { try Loss.smooth(alpha: -1).validate() }
        #expect(throws: TesseraError.self) { try Loss.smooth(beta: .nan).validate() }
        #expect(throws: TesseraError.self) { try Loss(named: "huber") }
    }

    @Test(arguments: [Loss.smooth(alpha: 0.1, beta: 2, gamma: 0.3), .l1, .l2, .binaryCrossEntropy])
    func optionsComeBackFromJSON(_ loss: Loss) throws {
        #expect(try JSONDecoder().decode(Loss.self, from: JSONEncoder().encode(loss)) == loss)
    }
}
