import ArgumentParser
import Foundation
import Tessera

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a trained model as an ONNX file.",
        discussion: """
            Standard operators, weights under their paths, the batch left open; normalisation, score scale and units stand in the metadata and in the
            model's documentation. Norms stay as they are, so that the file can be trained further, unless --fold is given.

            Example: tessera export run --out model.onnx
            """
    )

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @Option(help: "The file to write.") var out: String
    @Option(help: "The version of the standard operator set, 13 to 21.") var opset = 17
    @Flag(help: "Multiply norms into the convolutions before them.") var fold = false
    @OptionGroup var fit: FitArguments
    @Option(help: "score: the model's outputs are scores; z: what the network gives.") var units: OutputUnits = .score

    func run() throws {
        var trained = try ModelFile(path: model).trainedModel()
        if fit.fit != nil { trained.preprocessing = try fit.preprocessing(of: trained, model) }
        let options = ExportOptions(opset: opset, foldsNorms: fold)
        try trained.writeONNX(to: out, units: units, options: options)
        let size = (try? FileManager.default.attributesOfItem(atPath: out)[.size] as? Int) ?? 0
        Console.print(
            "\(out): \(trained.architecture), opset \(opset), \(String(format: "%.1f", Double(size) / 1_048_576)) MiB, outputs in \(units == .score ? "score units" : "units of the network")"
        )
    }
}

extension OutputUnits: ExpressibleByArgument {}
