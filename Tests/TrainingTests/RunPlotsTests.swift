import Foundation
import TesseraExecution
import TesseraTensors
import TesseraTraining
import Testing

@Suite struct RunPlotsTests: TinyRuns {
    private func lines(steps: Int, epochs: Int) throws -> [MetricsLog.Line] {
        let folder = try TemporaryFolder()
        var text = ""
        for step in 1...steps {
            text += #"{"kind":"step","step":\#(step),"epoch":0,"loss":\#(step),"learningRate":0.1}"# + "\n"
        }
        for epoch in 0..<epochs {
            text +=
                #"{"kind":"validation","step":\#(steps),"epoch":\#(epoch),"trainingLoss":0.5,"validationLoss":\#(epoch).25,"meanAbsoluteError":\#(abs(epoch - 1) + 3),"rootMeanSquareError":9,"pearson":0.5}"#
                + "\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/metrics.jsonl"))
        return try MetricsLog(path: folder.path + "/metrics.jsonl").read()
    }

    @Test func fewStepsAreDrawnEach() throws {
        let plot = MetricsPlots.loss(try lines(steps: 5, epochs: 1))
        #expect(plot.series[0].points.map(\.y) == [1, 2, 3, 4, 5])
        #expect(plot.series[1].points.map(\.x) == [5])
    }

    @Test func manyStepsAreAveraged() throws {
        let plot = MetricsPlots.loss(try lines(steps: 1001, epochs: 1))
        #expect(plot.series[0].points.count == 251)
        #expect(plot.series[0].points[0].y == 2.5 && plot.series[0].points[250].y == 1001)
    }

    @Test func validationIsDrawnByEpoch() throws {
        let plot = MetricsPlots.error(try lines(steps: 1, epochs: 3))
        #expect(plot.series[0].points.map(\.x) == [1, 2, 3] && plot.series[0].points.map(\.y) == [4, 3, 4])
    }

    @Test func theLossOfTheValidationImagesIsBesideTheTrainings() throws {
        var run = RunDescription()
        (run.lossName, run.isSynthetic) = ("l1", true)
        let plot = MetricsPlots.loss(try lines(steps: 4, epochs: 2), run)
        #expect(plot.series.last?.name == "validation" && plot.series.last?.points.map(\.y) == [0.25, 1.25])
        #expect(plot.yLabel == "loss (l1)" && plot.svg.contains(">synthetic phantoms, of no patient<"))
        #expect(!MetricsPlots.loss([], RunDescription()).svg.contains("synthetic"))
    }

    @Test func theBestEpochAndPredictingTheMeanAreMarked() throws {
        var run = RunDescription()
        run.baselineError = 20
        let plot = MetricsPlots.error(try lines(steps: 1, epochs: 3), run)
        #expect(plot.columns.map(\.place) == [2] && plot.levels.map(\.place) == [20])
        #expect(plot.svg.contains(">best epoch<") && plot.svg.contains(">MAE of predicting the mean<"))
        #expect(MetricsPlots.correlation(try lines(steps: 1, epochs: 3)).series[0].points.map(\.y) == [0.5, 0.5, 0.5])
    }

    /// The mean of the compiled graph's terms, in Double.
    @Test(arguments: [Loss.smooth(alpha: 0.7, beta: 0.8, gamma: 0.2), .l1, .l2, .binaryCrossEntropy])
    func theValidationLossIsThatOfTheGraph(_ loss: Loss) throws {
        let folder = try TemporaryFolder()
        var configuration = configuration(epochs: 1)
        configuration.options = .init(loss: loss)
        // One batch an epoch, and validation on the training images before and after a step of nearly no length.
        (configuration.learningRate, configuration.batchSize) = (1e-30, 4)
        configuration.schedule = .constant
        let scores = [0, 1, 0.25, 0.5], images = (0..<4).map { randomTensor([1, 6, 6], seed: UInt64($0)) }
        let source = MemoryBatchSource(images: images, scores: scores), model = try tinyModel()
        let frozen = try model.graph.settingNormPolicy { _, _ in .frozenStatistics }
        let trainer = try Trainer(
            starting: TrainedModel(
                graph: frozen, parameters: model.initialParameters(seed: 1), architecture: "tiny"),
            configuration: configuration, training: source, validation: source, folder: RunFolder(folder.path + "/run"),
            execution: ExecutionOptions(threads: 1))
        try trainer.run()
        guard case .validation(let record) = try MetricsLog(path: trainer.folder.metrics).read().last else {
            Issue.record("no validation")
            return
        }
        #expect(abs(try #require(record.validationLoss) - record.trainingLoss) < 1e-5)
    }

    @Test func aRunIsDrawnIntoItsFolder() throws {
        let folder = try TemporaryFolder(), run = RunFolder(folder.path)
        try FileManager.default.createDirectory(atPath: run.plots, withIntermediateDirectories: true)
        try run.drawPlots()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: run.plots).sorted() == ["loss.svg", "validation.svg"])
    }
}
