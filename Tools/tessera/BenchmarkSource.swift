import Foundation
import Tessera
import TesseraModels

/// A model to be timed, with a number for every dimension of its one input.
struct BenchmarkSource {
    let graph: Graph
    let parameters: ParameterStore
    let shape: [Int]

    /// What the command asks for; nil leaves it to the model.
    struct Request {
        var shape: [Int]?
        var size: Int?
        var batch: Int?
        var channels = 1
    }

    /// `model` is the name of an architecture, whose weights are then random, or a file. Throws where it cannot have
    /// the shape, or leaves one open that is not asked for.
    init(_ model: String, _ request: Request, batchIfOpen: Int) throws {
        (graph, parameters) =
            ModelFile.isPath(model) ? try Self.file(model, request) : try Self.architecture(model, request)
        guard graph.inputs.count == 1, let type = graph.inputs.first?.type, type.element == .float32 else {
            throw TesseraError(
                .unsupported, at: model, found: "the inputs \(graph.inputs.map { "\($0.name) \($0.type)" })",
                accepted: "one input of float32")
        }
        var dimensions = type.dimensions.map(\.value)
        if !dimensions.isEmpty { dimensions[0] = request.batch ?? dimensions[0] ?? batchIfOpen }
        let shape = request.shape ?? dimensions.compactMap { $0 }
        guard shape.count == dimensions.count else {
            throw TesseraError(
                at: model, found: "the input \(graph.inputs[0].name) \(type)",
                accepted: "--shape with all its dimensions, or --size where height and width of images are open")
        }
        self.shape = shape
    }

    private static func file(_ path: String, _ request: Request) throws -> (Graph, ParameterStore) {
        let file = ModelFile(path: path)
        guard case .onnx = try file.kind() else {
            let trained = try file.trainedModel(imageSize: request.size ?? request.shape?.last)
            return (trained.graph, trained.parameters)
        }
        let model = try ONNXFile.model(path: path)
        var options = ImportOptions(imageSize: request.size, opensBatch: (request.batch ?? 1) > 1)
        let weights = Set(model.graph.initializers.map(\.name))
        if let shape = request.shape, let input = model.graph.inputs.first(where: { !weights.contains($0.name) }) {
            options.inputShapes[input.name] = shape
        }
        let imported = try ONNXImporter.read(model, name: path, options: options)
        return (imported.graph, imported.parameters)
    }

    private static func architecture(_ name: String, _ request: Request) throws -> (Graph, ParameterStore) {
        if let shape = request.shape, shape.count != 4 {
            throw TesseraError(at: "--shape", found: "\(shape.count) dimensions", accepted: "four: N × C × H × W")
        }
        let model = try ModelCatalog.standard.entry(named: name).model(
            inputChannels: request.shape?[1] ?? request.channels, height: request.shape?[2] ?? request.size,
            width: request.shape?[3] ?? request.size)
        return (model.graph, model.initialParameters(seed: 0))
    }
}
