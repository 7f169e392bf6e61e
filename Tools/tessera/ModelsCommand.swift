import ArgumentParser
import Foundation
import Tessera
import TesseraModels

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists the architectures.",
        discussion: """
            Parameters and multiply-adds are those of one output, at the size the model is usually used at. \
            Multiply-adds count convolutions and matrix products of one image; floating-point operations are twice as \
            many.

            Example: tessera models --channels 1
            """
    )

    private struct Entry: Encodable {
        let name: String
        let parameters: Int
        let multiplyAdds: Int
        let size: Int
        let channels: Int
        let summary: String
    }

    @Option(help: "Channels of the images: 1 grey, 3 colour.") var channels = 1
    @Option(help: "Height and width of the images. (default: each model's)") var size: Int?
    @Flag(help: "Print an array of objects as JSON.") var json = false

    func run() throws {
        let entries = try ModelCatalog.standard.entries.map { entry in
            let graph = try entry.model(inputChannels: channels, height: size).graph
            return Entry(
                name: entry.name, parameters: graph.elementCount(of: .parameter),
                multiplyAdds: try graph.multiplyAdds(binding: ["N": 1]),
                size: size ?? entry.defaultSize, channels: channels, summary: entry.summary
            )
        }
        if json { return try Console.print(json: entries) }
        var table = TextTable([
            ("name", .left), ("parameters", .right), ("multiply-adds", .right), ("size", .right), ("", .left),
        ])
        for entry in entries {
            table.add([
                entry.name, entry.parameters.grouped, String(format: "%.2f G", Double(entry.multiplyAdds) / 1e9),
                "\(entry.size) × \(entry.size)", entry.summary,
            ])
        }
        Console.print(table.text)
    }
}
