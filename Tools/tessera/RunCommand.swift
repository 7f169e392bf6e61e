import ArgumentParser
import Foundation
import Tessera

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs an ONNX model on tensors in files.",
        discussion: """
            Reads input_0.pb, input_1.pb … (TensorProto, in the order of the graph's inputs that are no initialisers; \
            those that are one come after them and may be missing) and writes output_0.pb … in the order of its \
            outputs: the layout of ONNX's backend tests. Exit code 3 where something is unsupported.

            Example: tessera run model.onnx --input-dir test_data_set_0 --output-dir out
            """
    )

    @Argument(help: "An ONNX file.") var model: String
    @Option(help: "The folder of input_0.pb …") var inputDir: String
    @Option(help: "The folder for output_0.pb …; it is made where it does not exist.") var outputDir: String
    @OptionGroup var execution: InferenceArguments
    @Flag(help: "Print what was written, and how long the run took, as JSON.") var json = false

    func run() throws {
        let folder = TensorFolder(execution: try execution.options())
        let summary = try folder.run(model: model, inputs: inputDir, outputs: outputDir)
        if json { try Console.print(json: summary) }
    }
}

struct BatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Runs many ONNX models on tensors in files, in one process.",
        discussion: """
            Reads one JSON object a line from standard input, {"id":…,"model":…,"input_dir":…,"output_dir":…}, does \
            what 'tessera run' does, and writes one line each to standard output, in order: \
            {"id":…,"ok":true,"ms":1.2} or {"id":…,"ok":false,"unsupported":true,"error":"…"}.

            Example:
              echo '{"id":1,"model":"model.onnx","input_dir":"in","output_dir":"out"}' |
                tessera batch
            """
    )

    @OptionGroup var execution: InferenceArguments

    private struct Answer: Encodable {
        var id: AnyID?
        var ok: Bool
        var ms: Double?
        var unsupported: Bool?
        var error: String?
    }

    private struct Request: Decodable {
        var id: AnyID
        var model: String
        var input_dir: String
        var output_dir: String
    }

    /// A text or a number, given back as it came.
    private enum AnyID: Codable {
        case text(String), integer(Int), number(Double)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let integer = try? container.decode(Int.self) {
                self = .integer(integer)
            } else {
                self = .number(try container.decode(Double.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            case .number(let number): try container.encode(number)
            }
        }
    }

    func run() throws {
        let folder = TensorFolder(execution: try execution.options())
        while let line = readLine() {
            if line.allSatisfy(\.isWhitespace) { continue }
            try Console.print(jsonLine: answer(line, folder))
        }
    }

    private func answer(_ line: String, _ folder: TensorFolder) -> Answer {
        guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)) else {
            return Answer(
                ok: false, unsupported: false,
                error: "the line is no JSON object with id, model, input_dir and output_dir")
        }
        do {
            let summary = try folder.run(model: request.model, inputs: request.input_dir, outputs: request.output_dir)
            return Answer(id: request.id, ok: true, ms: summary.milliseconds)
        } catch {
            return Answer(
                id: request.id, ok: false, unsupported: (error as? TesseraError)?.kind == .unsupported,
                error: "\(error)")
        }
    }
}
