import ArgumentParser
import Foundation
import Tessera

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a trained model as an ONNX file.",
        discussion: """
            Standard operators, weights under their paths, the batch left open; what is done to images, score scale \
            and units stand in the metadata and in the model's documentation. Norms stay as they are, so that the file \
            can be trained further, unless --fold is given. --with-script writes score.py beside the file, which \
            scores images with numpy, Pillow and onnxruntime as 'tessera predict' does.

            Example: tessera export run --out model.onnx --with-script
            """
    )

    private struct Report: Encodable {
        let file: String
        let architecture: String
        let opset: Int
        let bytes: Int
        let units: String
        let script: String?
    }

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @Option(help: "The file to write.") var out: String
    @Option(help: "The version of the standard operator set, 13 to 21.") var opset = 17
    @Flag(help: "Multiply norms into the convolutions before them.") var fold = false
    @OptionGroup var fit: FitArguments
    @Option(help: "score: the model's outputs are scores; z: what the network gives.") var units: OutputUnits = .score
    @Flag(help: "Write score.py beside the file, which scores images without Tessera.") var withScript = false
    @Flag(help: "Print what was written as JSON.") var json = false

    func run() throws {
        var trained = try ModelFile(path: model).trainedModel()
        if fit.fit != nil { trained.preprocessing = try fit.preprocessing(of: trained, model) }
        let exported = try trained.onnx(units: units, options: ExportOptions(opset: opset, foldsNorms: fold))
        let bytes = try ONNXFile.bytes(of: exported)
        let script = withScript ? try writeScript(for: trained) : nil
        try AtomicFile.write(bytes, to: out)
        for (old, new) in zip(trained.graph.outputs.map(\.name), exported.graph.outputs.map(\.name)) where old != new {
            logger.notice("the output \(old) is called \(new) in the file, since something else there has its name")
        }
        let report = Report(
            file: out, architecture: trained.architecture, opset: opset, bytes: bytes.count, units: units.rawValue,
            script: script)
        if json { return try Console.print(json: report) }
        Console.print(
            "\(out): \(trained.architecture), opset \(opset), \(String(format: "%.1f", Double(bytes.count) / 1_048_576)) MiB, outputs in \(units == .score ? "score units" : "units of the network")"
        )
        if let script { Console.print("\(script): scores images with it, without Tessera") }
    }

    private func writeScript(for trained: TrainedModel) throws -> String {
        guard trained.preprocessing != nil else {
            throw TesseraError(
                at: "--with-script", found: "\(model), which does not say how images are prepared",
                accepted: "a checkpoint, a run, or an ONNX file that Tessera exported from one")
        }
        return try ScoreScript.write(beside: out)
    }
}

extension OutputUnits: ExpressibleByArgument {}
