import Foundation
import Tessera

/// An evaluation as JSON and files; its text stands in an extension.
struct EvaluationReport: Encodable {
    struct Comparison: Encodable {
        let name: String
        let pearson: Double?
        let pearsonInterval: ConfidenceInterval?
        let meanAbsoluteError: Double
        let meanAbsoluteErrorInterval: ConfidenceInterval?
        let rootMeanSquareError: Double
        let rootMeanSquareErrorInterval: ConfidenceInterval?
        let meanDifference: Double
        let meanDifferenceInterval: ConfidenceInterval?
        let t: Double?
        let degreesOfFreedom: Int?
        let p: Double?
        let standardDeviation: Double?
        let lowerLimit: Double?
        let lowerLimitInterval: ConfidenceInterval?
        let upperLimit: Double?
        let upperLimitInterval: ConfidenceInterval?
        let absoluteAgreement: Double?
        let absoluteAgreementInterval: ConfidenceInterval?
        let consistency: Double?
        let consistencyInterval: ConfidenceInterval?

        init(_ agreement: Agreement) {
            name = agreement.name
            pearson = agreement.metrics.pearson
            pearsonInterval = agreement.intervals.pearson
            meanAbsoluteError = agreement.metrics.meanAbsoluteError
            meanAbsoluteErrorInterval = agreement.intervals.meanAbsoluteError
            rootMeanSquareError = agreement.metrics.rootMeanSquareError
            rootMeanSquareErrorInterval = agreement.intervals.rootMeanSquareError
            meanDifference = agreement.test.meanDifference
            meanDifferenceInterval = agreement.test.interval
            t = agreement.test.t
            degreesOfFreedom = agreement.test.degreesOfFreedom
            p = agreement.test.p
            standardDeviation = agreement.limits?.standardDeviation
            lowerLimit = agreement.limits?.lowerLimit
            lowerLimitInterval = agreement.limits?.lowerLimitInterval
            upperLimit = agreement.limits?.upperLimit
            upperLimitInterval = agreement.limits?.upperLimitInterval
            absoluteAgreement = agreement.absoluteAgreement?.value
            absoluteAgreementInterval = agreement.absoluteAgreement?.interval
            consistency = agreement.consistency?.value
            consistencyInterval = agreement.consistency?.interval
        }
    }

    /// How well predictions tell scores of 1 from scores of 0.
    struct Discrimination: Encodable {
        let area: Double
        let areaInterval: ConfidenceInterval?
        let positives: Int
        let negatives: Int
    }

    /// How the intervals of r, MAE and RMSE were made.
    struct BootstrapSettings: Encodable {
        let method = "percentile"
        let resamples = Bootstrap.resamples
        let seed = Bootstrap.seed
    }

    let architecture: String
    let split: String
    let images: Int
    let isSynthetic: Bool
    let comparisons: [Comparison]
    let discrimination: Discrimination?
    let intervalLevel = ConfidenceInterval.level
    let bootstrap = BootstrapSettings()
    let evaluation: Evaluation

    private enum CodingKeys: String, CodingKey {
        case architecture, split, images, isSynthetic, comparisons, discrimination, intervalLevel, bootstrap
    }

    /// `split` is the part of the data that was evaluated: train, validation, test or all.
    init(architecture: String, split: String, isSynthetic: Bool, evaluation: Evaluation) {
        self.architecture = architecture
        self.split = split
        self.isSynthetic = isSynthetic
        self.evaluation = evaluation
        images = evaluation.samples.count
        comparisons = evaluation.agreements.map(Comparison.init)
        discrimination = evaluation.discrimination.map {
            Discrimination(
                area: $0.area, areaInterval: $0.interval, positives: $0.positives, negatives: $0.negatives)
        }
    }

    /// `resnet-dwise50 on 100 test images`.
    var title: String {
        let kind = split == "all" ? "" : split + " "
        return "\(architecture) on \(images) \(kind)image\(images == 1 ? "" : "s")"
    }

    /// predictions.csv, metrics.json and the plots, under their names. `dataset` is the whole data set.
    func files(dataset: Dataset) throws -> [(name: String, text: String)] {
        let parts = Split.allCases.map { part in (part, dataset.samples.filter { $0.split == part }.map(\.score)) }
            .filter { !$0.1.isEmpty }
        var scores = HistogramPlot(
            title: "Scores of the data set", xLabel: "score", yLabel: "share of images, %",
            series: split == "all"
                ? [.init("all", dataset.samples.map(\.score))] : parts.map { .init($0.0.rawValue, $0.1) })
        scores.subtitle = "\(dataset.samples.count) images"
        if isSynthetic { scores.note = Evaluation.syntheticNote }
        return [
            (name: "predictions.csv", text: evaluation.csv),
            (name: "metrics.json", text: try Console.json(self) + "\n"),
        ] + evaluation.plots(title: title, isSynthetic: isSynthetic).map { (name: $0.name, text: $0.svg) }
            + [(name: "scores.svg", text: scores.svg)]
    }
}
