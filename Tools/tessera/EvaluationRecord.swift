import Tessera

/// What an evaluation was of: evaluation.json.
struct EvaluationRecord: Encodable {
    struct Data: Encodable {
        let folder: String
        /// Of all images and scores of the data set; see docs/evaluation.md.
        let digest: String
        let split: String
        /// Why this part.
        let reason: String
        let images: Int
        /// How many of these the model was trained on; missing where its file does not say.
        let trainedOn: Int?
        let isSynthetic: Bool
    }

    let version = Release.version
    let command: [String]
    let model: ModelOrigin
    let data: Data
}
