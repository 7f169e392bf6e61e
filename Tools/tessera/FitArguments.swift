import ArgumentParser
import Tessera

/// How a film becomes a square: as the model's file says, or as asked where it does not.
struct FitArguments: ParsableArguments {
    @Option(help: "How a film becomes a square, where the model does not say: crop, pad or stretch. (default: crop)")
    var fit: Fit?

    /// What the model's file says of its images, or else their size from the graph and values of 0...1. Throws where
    /// another fit is asked for than the model was trained with.
    func preprocessing(of model: TrainedModel, _ name: String) throws -> Preprocessing {
        if let preprocessing = model.preprocessing {
            if let fit, fit != preprocessing.fit {
                throw TesseraError(
                    at: "--fit", found: fit.rawValue,
                    accepted: "\(preprocessing.fit.rawValue), with which \(name) was trained")
            }
            return preprocessing
        }
        let types = model.graph.inputs.map(\.type)
        guard types.count == 1, let extents = Optional(types[0].dimensions.dropFirst().map(\.value)),
            extents.count == 3, let channels = extents[0], let size = extents[1], extents[2] == size
        else {
            throw TesseraError(
                .unsupported, at: name, found: "the inputs \(types.map(\.description).joined(separator: ", "))",
                accepted: "one input of square images [N, C, S, S], or a file that says how images are prepared")
        }
        let preprocessing = try Preprocessing(size: size, channels: channels, fit: fit ?? .crop)
        logger.warning(
            "\(name) does not say how images are prepared: they go in as values of 0...1, fit \(preprocessing.fit.rawValue)"
        )
        return preprocessing
    }
}

extension Fit: ExpressibleByArgument {}
