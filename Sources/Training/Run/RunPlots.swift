import Foundation
import TesseraPlotting
import TesseraTensors

extension RunFolder {
    /// Draws `plots/loss.svg` and `plots/validation.svg` from the metrics of the run so far.
    public func drawPlots() throws {
        let lines = try MetricsLog(path: metrics).read()
        try AtomicFile.write(MetricsPlots.loss(lines).svg, to: plots + "/loss.svg")
        try AtomicFile.write(MetricsPlots.validation(lines).svg, to: plots + "/validation.svg")
    }
}

/// The plots of a run's metrics.
public enum MetricsPlots {
    /// At most so many points a line: beyond, neighbours are averaged.
    private static let pointLimit = 300

    /// The training loss over steps, averaged over neighbours where there are many, with the mean of every epoch.
    public static func loss(_ lines: [MetricsLog.Line]) -> LinePlot {
        var steps: [StepRecord] = [], epochs: [ValidationRecord] = []
        for line in lines {
            switch line {
            case .step(let record): steps.append(record)
            case .validation(let record): epochs.append(record)
            }
        }
        let group = max(1, (steps.count + pointLimit - 1) / pointLimit)
        let points = stride(from: 0, to: steps.count, by: group).map { start in
            let part = steps[start..<min(start + group, steps.count)], count = Double(part.count)
            return (x: part.reduce(0) { $0 + Double($1.step) } / count, y: part.reduce(0) { $0 + $1.loss } / count)
        }
        var plot = LinePlot(
            title: "Training loss", xLabel: "step", yLabel: "loss",
            series: [
                .init(group == 1 ? "each step" : "mean of \(group) steps", points, isFaint: true),
                .init(
                    "mean of the epoch", epochs.map { (x: Double($0.step), y: $0.trainingLoss) },
                    showsPoints: epochs.count <= 50),
            ])
        plot.xIsWhole = true
        return plot
    }

    /// The errors on the validation images after every epoch, in score units.
    public static func validation(_ lines: [MetricsLog.Line]) -> LinePlot {
        let epochs = lines.compactMap { line in if case .validation(let record) = line { record } else { nil } }
        func points(_ error: (ValidationRecord) -> Double?) -> [(x: Double, y: Double)] {
            epochs.compactMap { record in error(record).map { (x: Double(record.epoch + 1), y: $0) } }
        }
        var plot = LinePlot(
            title: "Validation error", xLabel: "epoch", yLabel: "error in score units",
            series: [
                .init("MAE", points(\.meanAbsoluteError), showsPoints: epochs.count <= 50),
                .init("RMSE", points(\.rootMeanSquareError), showsPoints: epochs.count <= 50),
            ])
        plot.xIsWhole = true
        return plot
    }
}
