import Foundation
import Tessera

/// An evaluation as text, JSON and files.
struct EvaluationReport: Encodable {
    struct Comparison: Encodable {
        let name: String
        let pearson: Double?
        let meanAbsoluteError: Double
        let rootMeanSquareError: Double
        let meanDifference: Double?
        let t: Double?
        let degreesOfFreedom: Int?
        let p: Double?

        init(_ agreement: Agreement) {
            name = agreement.name
            pearson = agreement.metrics.pearson
            meanAbsoluteError = agreement.metrics.meanAbsoluteError
            rootMeanSquareError = agreement.metrics.rootMeanSquareError
            meanDifference = agreement.test?.meanDifference
            t = agreement.test?.t
            degreesOfFreedom = agreement.test?.degreesOfFreedom
            p = agreement.test?.p
        }
    }

    let architecture: String
    let split: String
    let images: Int
    let comparisons: [Comparison]
    private let title: String
    private let evaluation: Evaluation

    private enum CodingKeys: String, CodingKey { case architecture, split, images, comparisons }

    init(architecture: String, split: Split, evaluation: Evaluation) {
        self.architecture = architecture
        self.split = split.rawValue
        self.evaluation = evaluation
        images = evaluation.samples.count
        comparisons = evaluation.agreements.map(Comparison.init)
        title = "\(architecture) on \(images) \(split.rawValue) images"
    }

    /// The table of comparisons; differences are first minus second.
    var lines: [String] {
        var table = TextTable([
            ("", .left), ("r", .right), ("MAE", .right), ("RMSE", .right), ("mean difference", .right), ("t", .right),
            ("df", .right), ("p", .right),
        ])
        func text(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "–" }
        for row in comparisons {
            table.add([
                row.name, text(row.pearson, "%.3f"), text(row.meanAbsoluteError, "%.2f"),
                text(row.rootMeanSquareError, "%.2f"),
                text(row.meanDifference, "%+.2f"), text(row.t, "%.2f"), row.degreesOfFreedom.map(String.init) ?? "–",
                text(row.p, (row.p ?? 1) < 0.001 ? "%.1e" : "%.3f"),
            ])
        }
        return [title, ""] + table.lines
    }

    /// predictions.csv, metrics.json and the plots.
    func write(to folder: String, dataset: Dataset) throws {
        let parts = Split.allCases.map { part in (part, dataset.samples.filter { $0.split == part }.map(\.score)) }
            .filter { !$0.1.isEmpty }
        var scores = HistogramPlot(
            title: "Scores of the data set", xLabel: "score", yLabel: "images",
            series: parts.map { .init($0.0.rawValue, $0.1) })
        scores.subtitle = "\(dataset.samples.count) images"
        let files = [
            ("predictions.csv", evaluation.csv), ("metrics.json", try Console.json(self) + "\n"),
            ("scatter.svg", evaluation.scatterPlot(title: title).svg),
            ("histogram.svg", evaluation.histogramPlot(title: title).svg), ("scores.svg", scores.svg),
        ]
        for (name, text) in files { try AtomicFile.write(text, to: "\(folder)/\(name)") }
    }
}
