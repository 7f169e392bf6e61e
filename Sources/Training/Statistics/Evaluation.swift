import TesseraImaging
import TesseraTensors

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
    /// Where all scores are 0 or 1, how well predictions tell them apart.
    public let discrimination: ReceiverOperatingCharacteristic?

    /// One prediction a sample, at least one; `trainingMean` is what a model without eyes would say.
    public init(samples: [Sample], predictions: [Double], trainingMean: Double?) {
        precondition(
            samples.count == predictions.count && !samples.isEmpty,
            "\(predictions.count) predictions for \(samples.count) samples")
        self.samples = samples
        self.predictions = predictions
        let scores = samples.map(\.score), readers = Self.readers(of: samples)
        reference = readers.count == 2 ? zip(readers[0], readers[1]).map { $0 / 2 + $1 / 2 } : scores
        referenceName = readers.count == 2 ? "mean reader" : "score"
        let prediction = (name: "prediction", values: predictions), main = (name: referenceName, values: reference)
        var pairs = [(prediction, main)]
        let named = readers.enumerated().map { reader, values in (name: "reader \(reader + 1)", values: values) }
        pairs += named.map { (prediction, $0) }
        if named.count == 2 {
            pairs.append((prediction, (name: "score", values: scores)))
            pairs.append((named[0], named[1]))
        } else {
            pairs += named.map { ($0, main) }
        }
        if let trainingMean { pairs.append(((name: "training mean", values: samples.map { _ in trainingMean }), main)) }
        agreements = Agreement.compare(pairs)
        discrimination =
            scores.allSatisfy { $0 == 0 || $0 == 1 }
            ? ReceiverOperatingCharacteristic(predictions: predictions, truths: scores.map { $0 == 1 }) : nil
    }

    /// The scores of each reader who scored every image.
    private static func readers(of samples: [Sample]) -> [[Double]] {
        let count = samples.map(\.readers.count).min() ?? 0
        return (0..<count).map { reader in samples.map { $0.readers[reader] } }
    }

    /// One line an image: `file,score[,reader1[,reader2]],prediction`.
    public var csv: String {
        let readers = Self.readers(of: samples)
        let header = ["file", "score"] + readers.indices.map { "reader\($0 + 1)" } + ["prediction"]
        let lines = samples.indices.map { index in
            let numbers = [samples[index].score] + readers.map { $0[index] } + [predictions[index]]
            return [CSVTable.field(samples[index].file)] + numbers.map { "\($0)" }
        }
        return ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    }
}
