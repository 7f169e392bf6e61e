import Foundation
import Tessera

/// Which model it is, and how far it was trained.
struct ModelOrigin: Encodable {
    /// The checkpoint or ONNX file that was read.
    let file: String
    /// FNV-1a, 64 bits, over the bytes of that file.
    let digest: String
    let architecture: String
    /// Training steps and epochs that were complete; nil where the file does not say.
    let step: Int?
    let epoch: Int?
}

extension ModelFile {
    /// The model with where it comes from, and the checkpoint where it is one.
    func modelWithOrigin() throws -> (model: TrainedModel, origin: ModelOrigin, checkpoint: Checkpoint?) {
        let file: String, model: TrainedModel, checkpoint: Checkpoint?
        switch try kind() {
        case .onnx: (file, model, checkpoint) = (path, try TrainedModel(onnx: path), nil)
        case .checkpoint(let name):
            let read = try Checkpoint(path: name)
            (file, model, checkpoint) = (name, read.model, read)
        }
        var hash = FNV1a()
        hash.combine(try WholeFile.read(file, limit: .max))
        let origin = ModelOrigin(
            file: file, digest: hash.hexadecimal, architecture: model.architecture, step: checkpoint?.progress.step,
            epoch: checkpoint?.progress.epoch)
        return (model, origin, checkpoint)
    }

    /// The folder of the run that the model belongs to, or that of its file.
    func home(of origin: ModelOrigin) -> String {
        let folder = (origin.file as NSString).deletingLastPathComponent
        let run =
            (folder as NSString).lastPathComponent == "checkpoints"
            ? (folder as NSString).deletingLastPathComponent : ""
        if !run.isEmpty, RunFolder(run).holdsRun { return run }
        return folder.isEmpty ? "." : folder
    }
}
