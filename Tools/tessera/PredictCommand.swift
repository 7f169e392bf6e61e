import ArgumentParser
import Foundation
import Tessera

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Scores images.",
        discussion: """
            Prints one line for each image, when all are done. Of a folder all PNG files are taken, in the order of \
            their names. An image that cannot be read has 'error' for a score and its reason on standard error; the \
            others are scored, and the exit code is 4. A single image that cannot be read is an error like any other. \
            Images unlike those of the training are warned of, where the model knows these.

            Example: tessera predict run hand-1.png hand-2.png
            """
    )

    private struct Prediction: Encodable {
        let file: String
        let score: Double?
        let error: String?
    }

    /// Some of the images could not be scored.
    static let someFailed = ExitCode(4)

    @Argument(help: "A checkpoint (.safetensors), the folder of a run (its best checkpoint), or an ONNX file.")
    var model: String
    @Argument(help: "PNG files, or folders of them.") var images: [String]
    @OptionGroup var prediction: PredictionArguments
    @Option(help: "Write the table as a new CSV file: file,score,error.") var out: String?
    @Flag(help: "Print an array of file and score, or error, as JSON.") var json = false

    func run() throws {
        Interruption.catchSignals()
        let trained = try ModelFile(path: model).trainedModel()
        let files = try images.flatMap(Self.files)
        if let out, FileManager.default.fileExists(atPath: out) {
            throw TesseraError(at: out, found: "a file that is there", accepted: "--out with a new file")
        }
        let preprocessing = try prediction.fit.preprocessing(of: trained, model)
        let results = try prediction.scores(of: trained, files: files, preprocessing, name: model)
        let failures = results.compactMap(\.error)
        if files.count == 1, let error = failures.first { throw error }
        if let out { try AtomicFile.write(results.csv, to: out) }
        for warning in Self.warnings(results, preprocessing, trained) { Console.error("\(warning)") }
        try show(results)
        if failures.isEmpty { return }
        for error in failures { Console.error("error: \(error)") }
        Console.error("\(failures.count) of \(files.count) images could not be scored")
        throw Self.someFailed
    }

    private func show(_ results: [ImageScore]) throws {
        if json {
            return try Console.print(
                json: results.map { Prediction(file: $0.file, score: $0.score, error: $0.error?.description) })
        }
        var table = TextTable([("image", .left), ("score", .right)])
        for result in results {
            table.add([result.file, result.score.map { String(format: "%.2f", $0) } ?? "error"])
        }
        Console.print(table.text)
    }

    private static func warnings(_ results: [ImageScore], _ preprocessing: Preprocessing, _ model: TrainedModel)
        -> [Finding]
    {
        ImageInspection.warnings(
            results.compactMap { result in result.statistics.map { (place: result.file, statistics: $0) } },
            preprocessing: preprocessing, trainedOn: model.trainingData?.appearance)
    }

    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        // One that is missing is found with those that cannot be read.
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
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
