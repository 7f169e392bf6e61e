import Foundation
import TesseraImaging
import TesseraIR
import TesseraOps
import TesseraTensors

extension Checkpoint {
    private static let format = "tessera-checkpoint-1"
    private static let optimizerPrefix = "optimizer.", constantPrefix = "constant."

    private enum Key {
        static let format = "format", architecture = "architecture", graph = "graph", scoreScale = "score_scale",
            predictsLogits = "predicts_logits"
        static let preprocessing = "preprocessing", progress = "progress", configuration = "configuration",
            program = "program_digest", data = "data_digest", trainingData = "training_data"
    }

    /// The checkpoint as a safetensors file.
    public var file: Safetensors {
        var tensors = model.parameters.asDictionary
        tensors.merge(optimizerStates.asDictionary) { _, state in state }
        for constant in model.graph.largeConstants { tensors[Self.constantPrefix + constant.digest] = constant.tensor }
        var metadata = [
            Key.format: Self.format, Key.architecture: model.architecture, Key.graph: GraphText.print(model.graph),
            Key.scoreScale: Self.json(model.scoreScale),
            Key.predictsLogits: String(model.predictsLogits), Key.progress: Self.json(progress),
            Key.configuration: Self.json(configuration.withoutData),
            Key.program: programDigest, Key.data: dataDigest,
        ]
        metadata[Key.preprocessing] = model.preprocessing.map(Self.json)
        metadata[Key.trainingData] = model.trainingData.map(Self.json)
        return Safetensors(tensors: tensors, metadata: metadata)
    }

    /// Whether the file says that it is a checkpoint of Tessera, of this format or another.
    public static func isFormat(of file: Safetensors) -> Bool {
        file.metadata[Key.format]?.hasPrefix("tessera-checkpoint-") == true
    }

    /// The checkpoint in a file called `name` in errors. Throws where it is none or its parts do not fit together.
    public init(_ file: Safetensors, name: String) throws {
        guard file.metadata[Key.format] == Self.format else {
            let found =
                file.metadata[Key.format].map { "the format '\($0)'" }
                ?? "no format in the header: no checkpoint of Tessera"
            throw TesseraError(at: name, found: found, accepted: Self.format)
        }
        func text(_ key: String) throws -> String {
            guard let text = file.metadata[key] else {
                throw TesseraError(
                    at: name, found: "no '\(key)' in the header", accepted: "a checkpoint as Tessera writes it")
            }
            return text
        }
        func value<T: Decodable>(_ key: String) throws -> T { try Self.parse(text(key), at: "\(name), \(key)") }
        var parameters = ParameterStore(), constants: [String: Tensor] = [:]
        optimizerStates = ParameterStore()
        for (path, tensor) in file.tensors {
            if path.hasPrefix(Self.optimizerPrefix) {
                optimizerStates[path] = tensor
            } else if path.hasPrefix(Self.constantPrefix) {
                constants[String(path.dropFirst(Self.constantPrefix.count))] = tensor
            } else {
                parameters[path] = tensor
            }
        }
        let graph: Graph
        do { graph = try GraphText.parse(try text(Key.graph), catalog: .standard, constants: constants) } catch let
            error as TesseraError
        { throw error.within("\(name), graph") }
        if let missing = graph.largeConstants.first(where: { $0.tensor == nil || $0.tensor!.digest != $0.digest }) {
            throw TesseraError(
                at: "\(name), graph", found: "the constant \(missing.digest) without its tensor",
                accepted: "a tensor \(Self.constantPrefix)\(missing.digest) of that digest")
        }
        model = TrainedModel(
            graph: graph, parameters: parameters, architecture: try text(Key.architecture),
            scoreScale: try value(Key.scoreScale),
            predictsLogits: try text(Key.predictsLogits) == "true",
            preprocessing: file.metadata[Key.preprocessing] == nil ? nil : try value(Key.preprocessing),
            trainingData: file.metadata[Key.trainingData] == nil ? nil : try value(Key.trainingData)
        )
        try model.validate(at: name)
        try optimizerStates.requireFinite(at: name)
        progress = try value(Key.progress)
        try progress.validate(at: "\(name), \(Key.progress)")
        configuration = try value(Key.configuration)
        programDigest = try text(Key.program)
        dataDigest = try text(Key.data)
    }

    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("\(value) holds a number that JSON cannot")
        }
        return String(decoding: data, as: UTF8.self)
    }

    static func parse<T: Decodable>(_ text: String, at location: String) throws -> T {
        do { return try JSONDecoder().decode(T.self, from: Data(text.utf8)) } catch let error as TesseraError {
            throw error.within(location)
        } catch {
            throw TesseraError(
                at: location, found: "JSON that does not fit: \(Self.reason(error))",
                accepted: "\(T.self) as Tessera writes it")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "no '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            context.codingPath.map(\.stringValue).joined(separator: ".") + " " + context.debugDescription
        default: "\(error)"
        }
    }
}

extension Graph {
    /// The constants that the graph text prints by digest, each once.
    var largeConstants: [TensorLiteral] {
        var seen = Set<String>()
        return nodes.compactMap { node in
            guard let literal = (node.op as? Constant)?.value, !GraphText.printsInline(literal),
                seen.insert(literal.digest).inserted
            else { return nil }
            return literal
        }
    }
}
