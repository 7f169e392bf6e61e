import Foundation
import TesseraPlotting
import TesseraTensors

/// What the plots of a run say besides its metrics.
public struct RunDescription: Sendable {
    /// The loss as a user names it: `smooth`.
    public var lossName: String?
    /// Whether its images are synthetic phantoms.
    public var isSynthetic = false
    /// The mean absolute error on the validation images of predicting the mean of the training scores.
    public var baselineError: Double?

    public init() {}

    fileprivate var subtitle: String { isSynthetic ? "synthetic phantoms, of no patient" : "" }
}

extension Trainer {
    /// What the plots of this run say.
    public var description: RunDescription {
        var description = RunDescription()
        description.lossName = configuration.options.loss.name
        let mean = training.scores.reduce(0, +) / Double(training.sampleCount)
        if let validation, validation.sampleCount > 0 {
            let errors = validation.scores.map { abs($0 - mean) }
            description.baselineError = errors.reduce(0, +) / Double(errors.count)
        }
        return description
    }
}

extension RunFolder {
    /// Draws `plots/loss.svg` and `plots/validation.svg` from the metrics of the run so far.
    public func drawPlots(_ description: RunDescription = RunDescription()) throws {
        let lines = try MetricsLog(path: metrics).readIntact()
        try FileManager.default.createDirectory(atPath: plots, withIntermediateDirectories: true)
        try AtomicFile.write(MetricsPlots.loss(lines, description).svg, to: plots + "/loss.svg")
        let validation = [MetricsPlots.error(lines, description), MetricsPlots.correlation(lines)]
        try AtomicFile.write(LinePlot.svg(stacking: validation), to: plots + "/validation.svg")
    }
}

/// The plots of a run's metrics.
public enum MetricsPlots {
    /// At most so many points a line: beyond, neighbours are averaged.
    private static let pointLimit = 300

    /// The training loss over steps, averaged over neighbours where there are many, with the mean of every epoch, and
    /// beside it the loss on the validation images.
    public static func loss(_ lines: [MetricsLog.Line], _ run: RunDescription = RunDescription()) -> LinePlot {
        var steps: [StepRecord] = []
        for case .step(let record) in lines { steps.append(record) }
        let epochs = epochs(lines)
        let group = max(1, (steps.count + pointLimit - 1) / pointLimit)
        let points = stride(from: 0, to: steps.count, by: group).map { start in
            let part = steps[start..<min(start + group, steps.count)], count = Double(part.count)
            return (x: part.reduce(0) { $0 + Double($1.step) } / count, y: part.reduce(0) { $0 + $1.loss } / count)
        }
        let validation = epochs.compactMap { record in record.validationLoss.map { (x: Double(record.step), y: $0) } }
        let showsPoints = epochs.count <= 50
        var plot = LinePlot(
            title: "Loss in training and validation", xLabel: "step",
            yLabel: run.lossName.map { "loss (\($0))" } ?? "loss",
            series: [
                .init(group == 1 ? "training, each step" : "training, mean of \(group) steps", points, isFaint: true),
                .init(
                    "mean of the epoch", epochs.map { (x: Double($0.step), y: $0.trainingLoss) },
                    showsPoints: showsPoints),
            ] + (validation.isEmpty ? [] : [.init("validation", validation, showsPoints: showsPoints)]))
        plot.xIsWhole = true
        plot.subtitle = run.subtitle
        return plot
    }

    /// The errors on the validation images after every epoch, in score units, with the best epoch and the error of
    /// predicting the mean.
    public static func error(_ lines: [MetricsLog.Line], _ run: RunDescription = RunDescription()) -> LinePlot {
        let epochs = epochs(lines)
        var plot = validation(
            "Validation error", "error in score units",
            [("MAE", \.meanAbsoluteError), ("RMSE", \.rootMeanSquareError)],
            epochs)
        plot.subtitle = run.subtitle
        if let baseline = run.baselineError { plot.levels = [.init("MAE of predicting the mean", baseline)] }
        let errors = epochs.compactMap { record in record.meanAbsoluteError.map { (record.epoch, $0) } }
        if let best = errors.min(by: { $0.1 < $1.1 }) { plot.columns = [.init("best epoch", Double(best.0) + 1)] }
        return plot
    }

    /// Pearson's r on the validation images after every epoch.
    public static func correlation(_ lines: [MetricsLog.Line]) -> LinePlot {
        validation("Validation correlation", "Pearson's r", [("r", \.pearson)], epochs(lines))
    }

    private static func epochs(_ lines: [MetricsLog.Line]) -> [ValidationRecord] {
        lines.compactMap { line in if case .validation(let record) = line { record } else { nil } }
    }

    private static func validation(
        _ title: String, _ yLabel: String, _ measures: [(name: String, path: KeyPath<ValidationRecord, Double?>)],
        _ epochs: [ValidationRecord]
    ) -> LinePlot {
        let series = measures.map { name, path in
            let points = epochs.compactMap { record in
                record[keyPath: path].map { (x: Double(record.epoch) + 1, y: $0) }
            }
            return LinePlot.Series(name, points, showsPoints: epochs.count <= 50)
        }
        var plot = LinePlot(title: title, xLabel: "epoch", yLabel: yLabel, series: series)
        plot.xIsWhole = true
        return plot
    }
}
