import TesseraIR
import TesseraTensors

/// All of a run that can be known, and can be wrong, before an image is read.
public struct TrainingPlan: Sendable {
    /// The step as a graph, with the notes of its building.
    public let trainingGraph: TrainingGraph
    public let stepsPerEpoch: Int
    /// Of the training scores; none for binary cross-entropy.
    public let scoreScale: ScoreScale

    /// For training a model on images [C, H, W] with these scores. Throws where model, scores and configuration do not
    /// fit together.
    public init(model: Graph, configuration: TrainingConfiguration, scores: [Double], imageShape: [Int]) throws {
        try configuration.validate()
        stepsPerEpoch = scores.count / configuration.batchSize
        guard stepsPerEpoch > 0 else {
            throw TesseraError(
                at: "training set", found: "\(scores.count) images",
                accepted: "at least a batch of \(configuration.batchSize) (--batch-size)")
        }
        if configuration.options.loss.predictsLogits {
            if let outside = scores.first(where: { !(0...1).contains($0) }) {
                throw TesseraError(
                    at: "binary cross-entropy", found: "the score \(outside)", accepted: "scores in 0...1")
            }
            scoreScale = .identity
        } else {
            scoreScale = try ScoreScale(of: scores)
        }
        trainingGraph = try TrainingGraph(
            model: model, inputShape: [configuration.batchSize] + imageShape, options: configuration.options)
        guard trainingGraph.targetType.elementCount == configuration.batchSize else {
            throw TesseraError(
                at: model.name, found: "an output \(trainingGraph.targetType)", accepted: "one score an image")
        }
    }
}
