import TesseraImaging
import TesseraTensors

/// Which images of a data set an evaluation is of, and why these: a part where the labels say it or where it is the
/// part of the training, else all images.
public struct EvaluationPart: Sendable {
    public enum Name: String, Sendable, CaseIterable { case train, validation, test, all }

    /// What is known of a model and the data set before the part is chosen.
    public struct Knowledge: Sendable {
        /// Digests of the images, in the order of the data set.
        public var images: [UInt64]
        /// What the model was trained on, where its file says so.
        public var trainingData: TrainingData?
        /// The scores are those of the training, in the split that its seed draws: what files of version 0.1 tell.
        public var hasTrainingScores = false
        /// The split was drawn from a seed that the user named.
        public var isDrawnAsAsked = false

        public init(images: [UInt64], trainingData: TrainingData?) {
            self.images = images
            self.trainingData = trainingData
        }
    }

    public let name: Name
    public let samples: [Sample]
    /// Why it is this part, in words.
    public let reason: String
    /// How many of the images the model was trained on; nil where its file does not say.
    public let trainedOn: Int?

    /// The part `asked` for (by default test) of a data set whose split, where it is drawn, comes from the seed of the
    /// training. Throws where such a part is none that anyone chose.
    public init(of dataset: Dataset, asked: Name?, knowing knowledge: Knowledge) throws {
        let choice = try Self.choice(dataset, asked, knowledge)
        name = choice.name
        reason = choice.reason
        let chosen = dataset.samples.indices.filter { choice.name == .all || dataset.samples[$0].split == choice.split }
        guard !chosen.isEmpty else {
            throw TesseraError(
                at: dataset.folder, found: "no image in the split '\(choice.name.rawValue)'", accepted: "at least one")
        }
        samples = chosen.map { dataset.samples[$0] }
        trainedOn = knowledge.trainingData.map { data in
            chosen.count { data.images.contains(knowledge.images[$0]) }
        }
    }

    private static func choice(_ dataset: Dataset, _ asked: Name?, _ knowledge: Knowledge) throws -> (
        name: Name, split: Split?, reason: String
    ) {
        let name = asked ?? .test, split = Split(rawValue: name.rawValue)
        if name == .all { return (.all, nil, "all images, as asked") }
        if dataset.hasGivenSplits { return (name, split, "the split of the labels") }
        if let data = knowledge.trainingData, data.contentDigest == dataset.contentDigest(images: knowledge.images) {
            let drawn = zip(dataset.samples, knowledge.images).filter { $0.0.split == .train }.map(\.1)
            if Set(drawn) == data.images {
                return (name, split, "the data of the training, in the split drawn from its seed")
            }
            if !knowledge.isDrawnAsAsked {
                throw TesseraError(
                    at: dataset.folder,
                    found: "the images of the training, without the split that it used: the labels had a split column, "
                        + "or files had other names",
                    accepted: "the labels of the training, or --split all")
            }
        }
        if knowledge.isDrawnAsAsked { return (name, split, "a split drawn from the seed that was given") }
        if knowledge.hasTrainingScores {
            return (name, split, "the scores of the training, in the split drawn from its seed")
        }
        if asked != nil {
            throw TesseraError(
                at: dataset.folder,
                found: "labels without a split column, of other data than the model was trained on as far as is known",
                accepted: "no --split: all images are evaluated; or a split column; or --seed to draw a split")
        }
        let known = knowledge.trainingData != nil
        return (
            .all, nil,
            known
                ? "all images: no split column, and other data than the training's"
                : "all images: no split column, and the model does not say what it was trained on"
        )
    }
}

extension Checkpoint {
    /// Whether the scores of the training and validation images are those of the run, as far as its digest tells.
    public func hasScores(of dataset: Dataset) -> Bool {
        guard let preprocessing = model.preprocessing,
            let training = try? ImageBatchSource(dataset, .train, preprocessing: preprocessing)
        else { return false }
        let validation = try? ImageBatchSource(dataset, .validation, preprocessing: preprocessing)
        return dataDigest == Trainer.digest(of: [training] + (validation.map { [$0] } ?? []))
    }
}
