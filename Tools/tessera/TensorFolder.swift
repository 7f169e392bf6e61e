import Foundation
import Tessera

/// Runs a model on the tensors of a folder, `input_0.pb`, `input_1.pb` …, to `output_0.pb` … in the order of its
/// outputs: the layout of ONNX's backend tests. First come the inputs that must be given, then those that an
/// initialiser gives too, whose files may be missing; each in the order of the graph.
struct TensorFolder {
    let execution: ExecutionOptions

    /// What a run has written, and how long it took.
    struct Summary: Encodable {
        struct Output: Encodable { let file: String, name: String, type: String }

        let milliseconds: Double
        let outputs: [Output]
    }

    /// Throws where the model is unsupported, a tensor is missing or does not
    /// fit, or a file cannot be written.
    func run(model path: String, inputs inputFolder: String, outputs outputFolder: String) throws -> Summary {
        try OutputFolder.with(outputFolder) { try results(of: path, inputFolder, outputFolder) }
    }

    private func results(of path: String, _ inputFolder: String, _ outputFolder: String) throws -> Summary {
        var model = try ONNXFile.model(path: path)
        var options = ImportOptions(), tensors: [String: Tensor] = [:]
        let free = model.graph.freeInputs, defaults = try overrideDefaults(of: &model.graph, from: inputFolder)
        try requireNoFurtherInputs(in: inputFolder, than: free.count + defaults, of: path)
        for (index, input) in free.enumerated() {
            let tensor = try tensor(for: input, at: "\(inputFolder)/input_\(index).pb", of: path)
            // The first input is what a model is about; others may say what only a constant can, such as the shape of a
            // Reshape.
            if index == 0 {
                options.inputShapes[input.name] = tensor.shape
                tensors[input.name] = tensor
            } else {
                options.constantInputs[input.name] = tensor
            }
        }
        let imported = try ONNXImporter.read(model, name: path, options: options)
        for note in imported.notes { logger.notice("\(path): \(note)") }
        let program = try Compiler.compile(
            imported.graph, for: .inference,
            options: CompilerOptions(execution), parameters: imported.parameters)
        let session = try Session(program, parameters: imported.parameters, threads: execution.threads)
        let start = ContinuousClock.now
        let results = try session.run(tensors)
        let duration = ContinuousClock.now - start
        let outputs = try imported.graph.outputs.enumerated().map { index, output in
            let file = "\(outputFolder)/output_\(index).pb", tensor = results[output.name]!
            try ONNXFile.write(tensor, name: output.name, to: file)
            return Summary.Output(file: file, name: output.name, type: "\(tensor.type)")
        }
        return Summary(milliseconds: (duration.seconds * 1e6).rounded() / 1e3, outputs: outputs)
    }

    /// The tensor of a file for an input; throws where it does not fit what the model declares.
    private func tensor(for input: ONNXValueInfo, at file: String, of model: String) throws -> Tensor {
        guard let element = input.element else {
            throw TesseraError(
                .unsupported, at: "\(model), input \(input.name)",
                found: "a value that is no tensor of a known element type", accepted: "tensors")
        }
        let tensor = try ONNXFile.tensor(path: file)
        if element != tensor.element {
            throw TesseraError(
                at: file, found: "a tensor \(tensor.type)",
                accepted: "\(element.rawValue) for the input \(input.name)")
        }
        return tensor
    }

    /// Replaces the initialisers that are inputs too by the tensors that the folder has for them; returns how many such
    /// inputs there are.
    private func overrideDefaults(of graph: inout ONNXGraph, from folder: String) throws -> Int {
        let first = graph.freeInputs.count
        let places = Dictionary(graph.initializers.enumerated().map { ($1.name, $0) }) { first, _ in first }
        let defaults = graph.inputs.filter { places[$0.name] != nil }
        for (index, input) in defaults.enumerated() {
            let file = "\(folder)/input_\(first + index).pb"
            guard FileManager.default.fileExists(atPath: file) else { continue }
            graph.initializers[places[input.name]!].tensor = try tensor(for: input, at: file, of: input.name)
        }
        return defaults.count
    }

    /// Throws where the folder has files for more inputs than the model.
    private func requireNoFurtherInputs(in folder: String, than count: Int, of model: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let numbers = names.compactMap { name -> Int? in
            guard name.hasPrefix("input_"), name.hasSuffix(".pb") else { return nil }
            return Int(name.dropFirst(6).dropLast(3))
        }
        guard let surplus = numbers.filter({ $0 >= count }).min() else { return }
        throw TesseraError(
            at: "\(folder)/input_\(surplus).pb", found: "a tensor for an input that \(model) does not have",
            accepted: "\(count) input\(count == 1 ? "" : "s")")
    }
}
