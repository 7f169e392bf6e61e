import TesseraImaging
import TesseraTensors

/// Two measurements of the same images: how well they agree, and whether one is higher on average.
public struct Agreement: Sendable {
    /// `prediction – mean reader`.
    public let name: String
    public let metrics: RegressionMetrics
    /// Nil where the test has no answer.
    public let test: PairedTTest?

    init(_ first: (name: String, values: [Double]), _ second: (name: String, values: [Double])) {
        name = "\(first.name) – \(second.name)"
        metrics = RegressionMetrics(predictions: first.values, scores: second.values)
        test = PairedTTest(first.values, second.values)
    }
}

/// Predictions beside what the readers said of the same images: the comparisons of "An Efficient CNN for Hand X-Ray
/// Overall Scoring of Rheumatoid Arthritis" (Complexity 2022), Tables 2 and 4.
public struct Evaluation: Sendable {
    public let samples: [Sample]
    public let predictions: [Double]
    /// The mean of the two readers where there are two, else the score.
    public let reference: [Double]
    public let referenceName: String
    /// Predictions against the reference first, then each reader, between the readers, and predicting the training mean
    /// for every image.
    public let agreements: [Agreement]

    /// One prediction a sample, at least one; `trainingMean` is what a model without eyes would say.
    public init(samples: [Sample], predictions: [Double], trainingMean: Double?) {
        precondition(
            samples.count == predictions.count && !samples.isEmpty,
            "\(predictions.count) predictions for \(samples.count) samples")
        self.samples = samples
        self.predictions = predictions
        let hasReaders = samples.allSatisfy { $0.readers.count == 2 }
        let reference = samples.map { hasReaders ? ($0.readers[0] + $0.readers[1]) / 2 : $0.score }
        let referenceName = hasReaders ? "mean reader" : "score"
        self.reference = reference
        self.referenceName = referenceName
        let prediction = (name: "prediction", values: predictions), main = (name: referenceName, values: reference)
        var agreements = [Agreement(prediction, main)]
        if hasReaders {
            let readers = [0, 1].map { reader in
                (name: "reader \(reader + 1)", values: samples.map { $0.readers[reader] })
            }
            agreements += readers.map { Agreement(prediction, $0) }
            agreements.append(Agreement(prediction, (name: "score", values: samples.map(\.score))))
            agreements.append(Agreement(readers[0], readers[1]))
        }
        if let trainingMean {
            agreements.append(Agreement((name: "training mean", values: samples.map { _ in trainingMean }), main))
        }
        self.agreements = agreements
    }

    /// One line an image: `file,score[,reader1,reader2],prediction`.
    public var csv: String {
        let hasReaders = samples.allSatisfy { $0.readers.count == 2 }
        let lines = zip(samples, predictions).map { sample, prediction in
            let numbers = [sample.score] + (hasReaders ? sample.readers : []) + [prediction]
            return ([Self.field(sample.file)] + numbers.map { "\($0)" }).joined(separator: ",")
        }
        return (["file,score" + (hasReaders ? ",reader1,reader2" : "") + ",prediction"] + lines).joined(separator: "\n")
            + "\n"
    }

    /// Quoted where the text holds what a CSV gives a meaning (RFC 4180).
    private static func field(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { !#","\#r\#n"#.utf8.contains($0) } && text.first != " " && text.last != " "
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
