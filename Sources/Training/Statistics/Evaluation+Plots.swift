import Foundation
import TesseraPlotting
import TesseraTensors

extension Evaluation {
    /// Said in every plot of synthetic data.
    public static let syntheticNote = "synthetic phantoms"

    /// Every plot of the evaluation under its file name, as SVG text.
    public func plots(title: String, isSynthetic: Bool) -> [(name: String, svg: String)] {
        let note = isSynthetic ? Self.syntheticNote : ""
        var scatter = scatterPlot(title: title), histogram = histogramPlot(title: title)
        scatter.note = note
        histogram.note = note
        var plots = [("scatter.svg", scatter.svg), ("histogram.svg", histogram.svg)]
        if var differences = differencePlot(title: title) {
            differences.note = note
            plots.append(("bland-altman.svg", differences.svg))
        }
        if var rates = ratePlot(title: title) {
            rates.note = note
            plots.append(("roc.svg", rates.svg))
        }
        return plots
    }

    /// Predictions over the reference, image by image, with the line on which both are equal.
    public func scatterPlot(title: String) -> ScatterPlot {
        let main = agreements[0]
        var plot = ScatterPlot(
            title: title, xLabel: referenceName, yLabel: "prediction", identityName: "prediction = \(referenceName)",
            points: zip(reference, predictions).map { (x: $0, y: $1) }
        )
        let measures = [
            ("r", main.metrics.pearson, main.intervals.pearson, "%.2f"),
            ("MAE", main.metrics.meanAbsoluteError, main.intervals.meanAbsoluteError, "%.1f"),
            ("RMSE", main.metrics.rootMeanSquareError, main.intervals.rootMeanSquareError, "%.1f"),
        ]
        plot.subtitle = measures.compactMap { name, value, interval, format in
            value.map { "\(name) \(String(format: format, $0))\(Self.brackets(interval, format))" }
        }.joined(separator: ", ")
        return plot
    }

    /// Which shares of the reference and of the predictions lie in each range of scores.
    public func histogramPlot(title: String) -> HistogramPlot {
        HistogramPlot(
            title: title, xLabel: "score", yLabel: "share of images, %",
            series: [.init(referenceName, reference), .init("prediction", predictions)])
    }

    /// Differences over means with bias and limits of agreement; nil for a single image.
    public func differencePlot(title: String) -> DifferencePlot? {
        let main = agreements[0]
        return main.limits.map { limits in
            func level(_ name: String, _ value: Double, _ interval: ConfidenceInterval) -> DifferencePlot.Level {
                .init(name, value, bounds: (lower: interval.lower, upper: interval.upper))
            }
            var plot = DifferencePlot(
                title: title, xLabel: "mean of prediction and \(referenceName)", yLabel: main.name,
                points: zip(predictions, reference).map { (x: $0 / 2 + $1 / 2, y: $0 - $1) },
                levels: [
                    level("+1.96 SD", limits.upperLimit, limits.upperLimitInterval),
                    level("bias", limits.bias, limits.biasInterval),
                    level("−1.96 SD", limits.lowerLimit, limits.lowerLimitInterval),
                ])
            plot.subtitle =
                String(format: "bias %+.1f", limits.bias) + Self.brackets(limits.biasInterval, "%+.1f")
                + String(format: ", limits of agreement %+.1f and %+.1f", limits.lowerLimit, limits.upperLimit)
                + "; bands: 95 %"
            return plot
        }
    }

    /// True over false positive rates; nil where scores are not 0 and 1.
    public func ratePlot(title: String) -> RatePlot? {
        discrimination.map { curve in
            var plot = RatePlot(
                title: title, points: curve.curve.map { ($0.falsePositiveRate, $0.truePositiveRate) })
            plot.subtitle =
                String(format: "AUC %.3f", curve.area) + Self.brackets(curve.interval, "%.3f")
                + ", \(curve.positives) of score 1, \(curve.negatives) of 0"
            return plot
        }
    }

    /// ` [lower, upper]`, or nothing.
    private static func brackets(_ interval: ConfidenceInterval?, _ format: String) -> String {
        interval.map { " [\(String(format: format, $0.lower)), \(String(format: format, $0.upper))]" } ?? ""
    }
}
