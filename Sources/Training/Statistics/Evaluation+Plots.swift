import Foundation
import TesseraPlotting
import TesseraTensors

extension Evaluation {
    /// Predictions over the reference, image by image, with the line on which both are equal.
    public func scatterPlot(title: String) -> ScatterPlot {
        let metrics = agreements[0].metrics
        var plot = ScatterPlot(
            title: title, xLabel: referenceName, yLabel: "prediction", identityName: "prediction = \(referenceName)",
            points: zip(reference, predictions).map { (x: $0, y: $1) }
        )
        let correlation = metrics.pearson.map { String(format: "r = %.3f, ", $0) } ?? ""
        plot.subtitle =
            correlation + String(format: "MAE %.2f, RMSE %.2f", metrics.meanAbsoluteError, metrics.rootMeanSquareError)
        return plot
    }

    /// How often scores of each range occur among the reference and the predictions.
    public func histogramPlot(title: String) -> HistogramPlot {
        HistogramPlot(
            title: title, xLabel: "score", yLabel: "images",
            series: [.init(referenceName, reference), .init("prediction", predictions)])
    }
}
