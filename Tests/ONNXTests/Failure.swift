import TesseraIR
import TesseraONNX
import TesseraTensors

/// Reads a model; the error that this ends in, or nil.
func failure(_ model: ONNXModel, _ options: ImportOptions = ImportOptions()) -> TesseraError? {
    do {
        _ = try ONNXImporter.read(model, name: "m", options: options)
        return nil
    } catch { return error as? TesseraError }
}

func node(_ type: String, _ inputs: [String], _ output: String, _ attributes: [String: ONNXAttribute] = [:])
    -> ONNXNode
{
    ONNXNode(type, name: "n_\(output)", inputs: inputs, outputs: [output], attributes: attributes)
}

/// A vector of integers, such as axes.
func integers(_ numbers: Int64...) -> Tensor { Tensor(numbers, shape: [numbers.count]) }

extension ONNXModel {
    /// The same with an input of another shape and nothing declared of the output.
    func with(x dimensions: [Dimension?], element: ElementType = .float32) -> ONNXModel {
        var result = self
        result.graph.inputs[0].dimensions = dimensions
        result.graph.inputs[0].element = element
        for index in result.graph.outputs.indices {
            result.graph.outputs[index].dimensions = nil
            result.graph.outputs[index].element = nil
        }
        return result
    }
}
