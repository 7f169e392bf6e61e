import ArgumentParser
import Foundation
import Tessera

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Scores images.",
        discussion: """
            Prints one line for each image, when all are done: an image that cannot be read ends the command with an error and without output. Of a folder
            all PNG files are taken, in the order of their names.

            Example: tessera predict run hand-1.png hand-2.png
            """
    )

    private struct Prediction: Encodable {
        let file: String
        let score: Double
    }

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @Argument(help: "PNG files, or folders of them.") var images: [String]
    @OptionGroup var prediction: PredictionArguments
    @Flag(help: "Print an array of file and score as JSON.") var json = false

    func run() throws {
        Interruption.catchSignals()
        let trained = try ModelFile(path: model).trainedModel()
        let files = try images.flatMap(Self.files)
        // Headers first: a foreign file is found before the network has worked for long.
        for file in files { _ = try PNG.header(file) }
        let samples = files.map { Sample(file: $0, path: $0, score: 0, split: .test) }
        let scores = try prediction.scores(of: trained, on: Dataset(folder: "", samples: samples), .test, name: model)
        if json { return try Console.print(json: zip(files, scores).map { Prediction(file: $0, score: $1) }) }
        var table = TextTable([("image", .left), ("score", .right)])
        for (file, score) in zip(files, scores) { table.add([file, String(format: "%.2f", score)]) }
        Console.print(table.text)
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TesseraError(
                .inputOutput, at: path, found: "no such file", accepted: "a PNG file or a folder of them")
        }
        if !isFolder.boolValue { return [path] }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw TesseraError(
                .inputOutput, at: path, found: "the folder cannot be read: \((error as NSError).localizedDescription)")
        }
        let images = names.filter { ($0 as NSString).pathExtension.lowercased() == "png" }.sorted()
        guard !images.isEmpty else {
            throw TesseraError(
                at: path, found: "a folder without PNG files", accepted: "a PNG file or a folder of them")
        }
        return images.map { (path as NSString).appendingPathComponent($0) }
    }
}
