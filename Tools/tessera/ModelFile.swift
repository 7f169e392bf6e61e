import Foundation
import Tessera

/// A file or folder that holds a model, as the commands take it: a checkpoint (.safetensors), the folder of a run (its
/// best checkpoint, or the last one where there is no best), or an ONNX file.
struct ModelFile {
    let path: String

    static let accepted = "a checkpoint (.safetensors), the folder of a run, or an ONNX file (.onnx)"

    /// The last part of the path: what the model is called where no architecture is known.
    var name: String { (path as NSString).lastPathComponent }

    /// Whether the text looks like a file rather than the name of an architecture.
    static func isPath(_ text: String) -> Bool {
        text.contains("/") || text.hasSuffix(".onnx") || text.hasSuffix(".safetensors")
            || FileManager.default.fileExists(atPath: text)
    }

    /// The model with its weights; throws where the file is none of the accepted ones or cannot be read. `imageSize` is
    /// the height and width that its images shall have.
    func trainedModel(imageSize: Int? = nil) throws -> TrainedModel {
        switch try kind() {
        case .onnx: return try TrainedModel(onnx: path, imageSize: imageSize)
        case .checkpoint(let file):
            var model = try Checkpoint(path: file).model
            guard let imageSize else { return model }
            model.graph = try model.graph.replacingImageSize(imageSize)
            model.preprocessing?.size = imageSize
            return model
        }
    }

    /// The network in the file without its own head (see `Backbone`), and the fit it was trained with where the file
    /// says that.
    func backbone(cut: String?, size: Int?) throws -> (backbone: Backbone, fit: Fit?) {
        if case .onnx = try kind() {
            let file = try ONNXFile.model(path: path)
            return (
                try Backbone(onnx: file, name: path, cut: cut, size: size), try file.preprocessing(name: path)?.fit
            )
        }
        let model = try trainedModel(imageSize: size)
        return (
            try Backbone(model.graph, parameters: model.parameters, cut: cut, size: size), model.preprocessing?.fit
        )
    }

    /// The tensors alone: of any safetensors file, also one that is no checkpoint, or the initialisers of an ONNX file,
    /// of whatever operators it is made; and the fit they were trained with where the file says that.
    func parameters() throws -> (parameters: ParameterStore, fit: Fit?) {
        guard case .checkpoint(let path) = try kind() else {
            let file = try ONNXFile.model(path: path)
            let tensors = Dictionary(file.graph.initializers.map { ($0.name, $0.tensor) }) { first, _ in first }
            return (ParameterStore(tensors), try file.preprocessing(name: path)?.fit)
        }
        let contents = try Safetensors(path: path)
        guard Checkpoint.isFormat(of: contents) else { return (ParameterStore(contents.tensors), nil) }
        let model = try Checkpoint(contents, name: path).model
        return (model.parameters, model.preprocessing?.fit)
    }

    /// The seed of the run that a checkpoint belongs to; nil for an ONNX file.
    func seed() throws -> UInt64? {
        guard case .checkpoint(let file) = try kind() else { return nil }
        return try Checkpoint(path: file).configuration.seed
    }

    enum Kind { case onnx, checkpoint(String) }

    func kind() throws -> Kind {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TesseraError(.inputOutput, at: path, found: "no such file", accepted: Self.accepted)
        }
        if isFolder.boolValue {
            let run = RunFolder(path)
            guard
                let file = [run.bestCheckpoint, run.lastCheckpoint].first(where: {
                    FileManager.default.fileExists(atPath: $0)
                })
            else {
                throw TesseraError(at: path, found: "a folder without checkpoints", accepted: Self.accepted)
            }
            return .checkpoint(file)
        }
        switch (path as NSString).pathExtension.lowercased() {
        case "onnx": return .onnx
        case "safetensors": return .checkpoint(path)
        default: throw TesseraError(at: path, found: "a file of another kind", accepted: Self.accepted)
        }
    }
}
