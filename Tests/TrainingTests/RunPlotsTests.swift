import Foundation
import TesseraTraining
import Testing

@Suite struct RunPlotsTests {
    private func lines(steps: Int, epochs: Int) throws -> [MetricsLog.Line] {
        let folder = try TemporaryFolder()
        var text = ""
        for step in 1...steps {
            text += #"{"kind":"step","step":\#(step),"epoch":0,"loss":\#(step),"learningRate":0.1}"# + "\n"
        }
        for epoch in 0..<epochs {
            text +=
                #"{"kind":"validation","step":\#(steps),"epoch":\#(epoch),"trainingLoss":0.5,"meanAbsoluteError":\#(epoch + 3),"rootMeanSquareError":9}"#
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
        let plot = MetricsPlots.validation(try lines(steps: 1, epochs: 3))
        #expect(plot.series[0].points.map(\.x) == [1, 2, 3] && plot.series[0].points.map(\.y) == [3, 4, 5])
    }

    @Test func aRunIsDrawnIntoItsFolder() throws {
        let folder = try TemporaryFolder(), run = RunFolder(folder.path)
        try FileManager.default.createDirectory(atPath: run.plots, withIntermediateDirectories: true)
        try run.drawPlots()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: run.plots).sorted() == ["loss.svg", "validation.svg"])
    }
}
