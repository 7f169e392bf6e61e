import TesseraIR
import TesseraOps
import TesseraTensors
import Testing

/// A one-node graph through ONNX nodes and back.
enum ONNXRoundTrip {
    /// Writes a one-node graph as ONNX nodes and reads them into a new graph by the rules of the catalogue.
    static func run(_ graph: Graph, opset: Int) throws -> Graph {
        let node = graph[graph.outputs[0].value.node], inputNames = graph.inputs.map { "x\($0.name)" },
            outputNames = graph.outputs.map { "y\($0.name)" }
        let writer = ONNXNodeWriter(
            opset: opset, name: "node", inputs: inputNames, outputs: outputNames,
            inputTypes: node.inputs.map { graph.type(of: $0) }, outputTypes: node.outputTypes
        )
        try #require(node.op as? any ONNXExportable).export(to: writer)
        let builder = GraphBuilder(name: "read")
        var values: [String: Value] = [:]
        for (name, input) in zip(inputNames, graph.inputs) {
            values[name] = try builder.addInput(input.name, input.type)
        }
        for constant in writer.constants { values[constant.name] = try builder.constant(constant.tensor) }
        for node in writer.nodes {
            let rules = try #require(
                OpCatalog.standard.onnxRules[node.operatorType], "no rule reads \(node.operatorType)")
            let schema = try #require(ONNXSchemas.schema(node.operatorType, operatorSet: opset))
            try schema.check(node)
            let rule = try #require(rules.first { $0.versions.contains(schema.version) })
            let inputs = try node.inputs.map { name in
                name.isEmpty ? nil : try #require(values[name], "\(name) is not written") as Value
            }
            try schema.checkElements(inputs.map { $0.map { builder.type(of: $0).element } }, of: node)
            let reader = ONNXNodeReader(node: node, opset: opset, builder: builder, inputs: inputs)
            for (name, value) in zip(node.outputs, try rule.read(reader)) { values[name] = value }
            try reader.finish()
        }
        for (name, output) in zip(outputNames, graph.outputs) {
            builder.output(output.name, try #require(values[name]))
        }
        return try builder.finish()
    }
}
