import Foundation
import TesseraImaging
import TesseraIR
import TesseraONNX
import TesseraOps
import TesseraTensors

/// The units in which an exported model gives its outputs.
public enum OutputUnits: String, Sendable, CaseIterable, Codable {
    /// Scores: z-score and logits are undone by operators of the model itself.
    case score
    /// What the network gives.
    case z
}

extension TrainedModel {
    fileprivate enum Key {
        static let architecture = "tessera.architecture", preprocessing = "tessera.preprocessing",
            imageSteps = "tessera.image_steps", scoreScale = "tessera.score_scale"
        static let units = "tessera.output_units", logits = "tessera.predicts_logits",
            trainingData = "tessera.training_data"
    }

    /// The model as ONNX, with everything in its metadata that is needed to use it on images. Throws where an op has no
    /// ONNX form at the opset.
    public func onnx(units: OutputUnits = .score, options: ExportOptions = ExportOptions()) throws -> ONNXModel {
        let isInScores = units == .score
        var model = try ONNXExporter.model(
            isInScores ? try graphGivingScores() : graph, parameters: parameters, options: options)
        model.producerName = "tessera"
        model.producerVersion = Release.version
        model.documentation = documentation(units)
        model.metadata = [
            (Key.architecture, architecture), (Key.units, units.rawValue),
            (Key.scoreScale, Checkpoint.json(isInScores ? .identity : scoreScale)),
            (Key.logits, String(predictsLogits && !isInScores)),
        ]
        if let preprocessing {
            model.metadata.append((Key.preprocessing, Checkpoint.json(preprocessing)))
            model.metadata.append((Key.imageSteps, Checkpoint.json(ImageSteps(preprocessing))))
        }
        if let trainingData { model.metadata.append((Key.trainingData, Checkpoint.json(trainingData))) }
        return model
    }

    /// Writes the model as an ONNX file, whole or not at all.
    public func writeONNX(to path: String, units: OutputUnits = .score, options: ExportOptions = ExportOptions()) throws
    {
        try ONNXFile.write(onnx(units: units, options: options), to: path)
    }

    /// Reads an ONNX file as a model: an exported one with its preprocessing and scale, any other with neither.
    /// `imageSize` replaces height and width.
    public init(onnx path: String, imageSize: Int? = nil) throws {
        let file = try ONNXFile.model(path: path)
        let imported = try ONNXImporter.read(file, name: path, options: ImportOptions(imageSize: imageSize))
        let entries = file.metadataEntries
        var preprocessing = try file.preprocessing(name: path)
        if let imageSize { preprocessing?.size = imageSize }
        self.init(
            graph: imported.graph, parameters: imported.parameters,
            architecture: entries[Key.architecture] ?? (path as NSString).lastPathComponent,
            scoreScale: try file.entry(Key.scoreScale, path) ?? .identity,
            predictsLogits: entries[Key.logits] == "true",
            preprocessing: preprocessing, trainingData: try file.entry(Key.trainingData, path)
        )
        try parameters.requireFinite(at: path)
    }

    /// The graph with σ where outputs are logits, then output · deviation + mean, under the output's own name.
    private func graphGivingScores() throws -> Graph {
        guard predictsLogits || scoreScale != .identity else { return graph }
        let builder = GraphBuilder(graph)
        var outputs = graph.outputs
        var value = outputs[0].value
        let element = builder.type(of: value).element
        if predictsLogits { value = try builder.add(Sigmoid(), [value], path: "score_units")[0] }
        if scoreScale != .identity {
            value = try builder.add(
                Multiply(),
                [
                    value,
                    builder.constant(
                        Tensor(scalar: scoreScale.deviation).converted(to: element), path: "score_units.deviation"),
                ], path: "score_units")[0]
            value = try builder.add(
                Add(),
                [
                    value,
                    builder.constant(Tensor(scalar: scoreScale.mean).converted(to: element), path: "score_units.mean"),
                ], path: "score_units")[0]
        }
        outputs[0] = Graph.Output(name: outputs[0].name, value: value)
        builder.replaceOutputs(outputs)
        return try builder.finish()
    }

    private func documentation(_ units: OutputUnits) -> String {
        var text = "\(architecture). "
        if let preprocessing {
            text += "Images: \(preprocessing.summary). "
        }
        if trainingData?.isSynthetic == true { text += "Trained on synthetic phantoms, of no patient. " }
        switch units {
        case .score: text += "The output is a score."
        case .z where scoreScale == .identity && !predictsLogits: text += "The output is a score."
        case .z:
            text +=
                "The output is \(predictsLogits ? "a logit" : "a z-score: score = output * \(scoreScale.deviation) + \(scoreScale.mean)")."
        }
        return text
    }
}

extension ONNXModel {
    /// How images are prepared, where Tessera exported the model called `name` in errors; nil in a file from elsewhere.
    public func preprocessing(name: String) throws -> Preprocessing? { try entry(TrainedModel.Key.preprocessing, name) }

    fileprivate var metadataEntries: [String: String] {
        Dictionary(metadata.map { ($0.key, $0.value) }) { first, _ in first }
    }

    fileprivate func entry<T: Decodable>(_ key: String, _ name: String) throws -> T? {
        try metadataEntries[key].map { try Checkpoint.parse($0, at: "\(name), metadata \(key)") }
    }
}
