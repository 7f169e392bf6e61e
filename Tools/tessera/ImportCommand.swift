import ArgumentParser
import Foundation
import Tessera

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Says what an ONNX file holds and whether it runs and trains here.",
        discussion: """
            Prints inputs, outputs, operators, floating-point operations (two a multiply-add, of the model as it is), \
            how many norms are kept and how many folded, for which batch it runs, where 'tessera train --backbone' \
            would cut it, and what would not run. Exit code 3 where something is unsupported.

            Example: tessera import densenet121.onnx --size 512
            """
    )

    @Argument(help: "An ONNX file.") var file: String
    @Option(help: "Height and width of the images, instead of the file's.") var size: Int?
    @Option(help: "The number that stands for open dimensions when operations are counted.") var batch = 1
    @Flag(help: "List all tensors too.") var verbose = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        if let size, size < 1 { throw TesseraError(at: "--size", found: "\(size)", accepted: "at least 1") }
        guard (1...65_536).contains(batch) else {
            throw TesseraError(at: "--batch", found: "\(batch)", accepted: "1 to 65,536")
        }
        let model = try ONNXFile.model(path: file)
        let report = try ImportReport(model, name: file, size: size, batch: batch)
        if json { try Console.print(json: report) } else { Console.print(report.text(listsTensors: verbose)) }
        if let obstacle = report.obstacle {
            throw TesseraError(.unsupported, at: file, found: obstacle)
        }
    }
}
