import Foundation
import Tessera

/// Runs a model on the tensors of a folder: `input_0.pb`, `input_1.pb` … in the order of the graph's inputs that are no
/// initialisers, to `output_0.pb` … in the order of its outputs, the layout of ONNX's backend tests.
struct TensorFolder {
    let execution: ExecutionOptions

    /// Returns how long the run itself took. Throws where the model is unsupported, a tensor is missing or does not
    /// fit, or a file cannot be written.
    func run(model path: String, inputs inputFolder: String, outputs outputFolder: String) throws -> Duration {
        try OutputFolder.with(outputFolder) { try results(of: path, inputFolder, outputFolder) }
    }

    private func results(of path: String, _ inputFolder: String, _ outputFolder: String) throws -> Duration {
        let model = try ONNXFile.model(path: path)
        var options = ImportOptions(), tensors: [String: Tensor] = [:]
        for (index, input) in model.graph.freeInputs.enumerated() {
            guard let element = input.element else {
                throw TesseraError(
                    .unsupported, at: "\(path), input \(input.name)",
                    found: "a value that is no tensor of a known element type", accepted: "tensors")
            }
            let tensor = try ONNXFile.tensor(path: "\(inputFolder)/input_\(index).pb")
            if element != tensor.element {
                throw TesseraError(
                    at: "\(inputFolder)/input_\(index).pb", found: "a tensor \(tensor.type)",
                    accepted: "\(element.rawValue) for the input \(input.name)")
            }
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
        let program = try Compiler.compile(
            imported.graph, for: .inference, parameters: imported.parameters,
            instructionSet: execution.instructionSet)
        let session = try Session(program, parameters: imported.parameters, threads: execution.threads)
        let start = ContinuousClock.now
        let results = try session.run(tensors)
        let duration = ContinuousClock.now - start
        for (index, output) in imported.graph.outputs.enumerated() {
            try ONNXFile.write(results[output.name]!, name: output.name, to: "\(outputFolder)/output_\(index).pb")
        }
        return duration
    }
}
