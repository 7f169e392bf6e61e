import ArgumentParser
import Foundation
import Tessera

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Says what an ONNX file holds and whether it runs and trains here.",
        discussion: """
            Prints inputs, outputs, operators, trainable and constant tensors, floating-point operations (two a multiply-add, of the model as it is) and what
            would not run. Exit code 3 where something is unsupported.

            Example: tessera import densenet121.onnx --size 512
            """
    )

    @Argument(help: "An ONNX file.") var file: String
    @Option(help: "Height and width of the images, instead of the file's.") var size: Int?
    @Option(help: "The number that stands for open dimensions when operations are counted.") var batch = 1
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        if let size, size < 1 { throw TesseraError(at: "--size", found: "\(size)", accepted: "at least 1") }
        guard (1...65_536).contains(batch) else {
            throw TesseraError(at: "--batch", found: "\(batch)", accepted: "1 to 65,536")
        }
        let model = try ONNXFile.model(path: file)
        let report = try ImportReport(model, name: file, size: size, batch: batch)
        if json { try Console.print(json: report) } else { Console.print(report.text) }
        if let obstacle = report.obstacle {
            throw TesseraError(
                .unsupported, at: file, found: obstacle, accepted: "a model of the operators in docs/onnx-support.md")
        }
    }
}

/// What `tessera import` says.
struct ImportReport: Encodable {
    struct Port: Encodable {
        let name: String
        let type: String
    }

    struct Operator: Encodable {
        let name: String
        let nodes: Int
    }

    struct Tensor: Encodable {
        let name: String
        let type: String
        /// parameter, statistic or constant.
        let kind: String
    }

    let file: String
    let producer: String
    let irVersion: Int
    let operatorSets: [String: Int]
    let inputs: [Port]
    let outputs: [Port]
    let operators: [Operator]
    let unsupported: [String]
    var tensors: [Tensor] = []
    var trainableElements = 0
    var floatingPointOperations: Int?
    /// Nodes that run, but without a kernel of their own: slowly.
    var withoutKernel: [String] = []
    var notes: [String] = []
    /// Why the model does not run; nil where it does.
    var obstacle: String?

    init(_ model: ONNXModel, name: String, size: Int?, batch: Int) throws {
        file = name
        producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        irVersion = Int(model.irVersion)
        operatorSets = Dictionary(
            uniqueKeysWithValues: model.operatorSets.map { ($0.key.isEmpty ? "ai.onnx" : $0.key, Int($0.value)) })
        inputs = model.graph.freeInputs.map { Port(name: $0.name, type: $0.description) }
        outputs = model.graph.outputs.map { Port(name: $0.name, type: $0.description) }
        operators = Dictionary(grouping: model.graph.nodes) {
            $0.domain.isEmpty ? $0.operatorType : "\($0.domain).\($0.operatorType)"
        }
        .map { Operator(name: $0.key, nodes: $0.value.count) }.sorted { ($1.nodes, $0.name) < ($0.nodes, $1.name) }
        unsupported = try ONNXImporter.unsupportedOperators(of: model)
        guard unsupported.isEmpty else {
            obstacle = "unsupported operators: " + unsupported.joined(separator: ", ")
            return
        }
        do { try describe(model, size: size, batch: batch) } catch let error as TesseraError
            where error.kind == .unsupported
        { obstacle = error.description }
    }

    private mutating func describe(_ model: ONNXModel, size: Int?, batch: Int) throws {
        let imported = try ONNXImporter.read(model, name: file, options: ImportOptions(imageSize: size))
        let graph = imported.graph
        notes = imported.notes
        tensors = graph.states.map {
            Tensor(name: $0.state.path, type: "\($0.state.type)", kind: $0.state.kind.rawValue)
        }
        tensors += graph.nodes.compactMap { node in
            (node.op as? Constant).map { Tensor(name: node.path, type: "\($0.value.type)", kind: "constant") }
        }
        trainableElements = graph.elementCount(of: .parameter)
        let open = graph.inputs.flatMap { $0.type.dimensions.compactMap { $0.value == nil ? $0.description : nil } }
        let binding = Dictionary(open.map { ($0, batch) }) { first, _ in first }
        floatingPointOperations = try graph.floatingPointOperations(binding: binding)
        let program = try Compiler.compile(graph, for: .inference, binding: binding)
        withoutKernel = program.stepsWithoutKernel.map { "\($0.op.mnemonic) \($0.path)" }
    }

    var text: String {
        var lines = [
            "\(file): IR \(irVersion), \(operatorSets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
                + (producer.isEmpty ? "" : ", by \(producer)")
        ]
        lines +=
            inputs.map { "input      \($0.name)  \($0.type)" } + outputs.map { "output     \($0.name)  \($0.type)" }
        lines.append("operators  " + operators.map { "\($0.name) \($0.nodes)" }.joined(separator: ", "))
        if obstacle == nil {
            var table = TextTable([("tensor", .left), ("type", .left), ("", .left)])
            for tensor in tensors {
                table.add([tensor.name, tensor.type, tensor.kind == "parameter" ? "trainable" : tensor.kind])
            }
            lines += [""] + table.lines + [""]
            lines.append("trainable elements         \(trainableElements.grouped)")
            lines.append("floating-point operations  \(floatingPointOperations!.grouped)")
            if !withoutKernel.isEmpty {
                lines.append("without a kernel, slow     \(withoutKernel.joined(separator: ", "))")
            }
        }
        lines += notes.map { "note: \($0)" }
        lines.append(obstacle.map { "would not run: \($0)" } ?? "runs")
        return lines.joined(separator: "\n")
    }
}
