import TesseraAutodiff
import TesseraIR
import TesseraOps
import TesseraTensors

/// Gradients of a random linear functional of an op's first output, by autodiff and by central differences, all in
/// float64.
package struct FiniteDifferences {
    private let graph: Graph
    private let inputs: [String: Tensor]

    /// Every floating-point input of `tensors` is differentiated; they must be of float64.
    package init(_ op: any Op, _ tensors: [Tensor]) throws {
        let node = try OneNodeGraph(op, tensors)
        let builder = GraphBuilder(node.graph)
        let y = node.graph.outputs[0].value
        let functional = try builder.constant(Draw.normal("functional", node.graph.type(of: y).shape!))
        let product = try builder.add(Multiply(), [y, functional])
        let sum = try builder.add(ReduceSum(), product)[0]
        let targets = node.graph.inputs.filter { $0.type.element.isFloatingPoint }
        let gradients = try Autodiff.gradients(of: sum, withRespectTo: targets.map(\.value), in: builder)
        builder.output("sum", sum)
        for (target, gradient) in zip(targets, gradients) { builder.output("gradient.\(target.name)", gradient) }
        graph = try builder.finish()
        inputs = node.inputs
    }

    /// For each differentiated input its index, and how far the two gradients are apart over the larger of 1 and the
    /// largest derivative. At most 40 elements of an input are moved, evenly chosen.
    package func distances(step: Double = 1e-5) throws -> [(input: Int, distance: Double)] {
        let analytic = try Evaluator.run(graph, inputs: inputs).outputs
        return try inputs.keys.sorted().filter { inputs[$0]!.element.isFloatingPoint }.map { name in
            let tensor = inputs[name]!, gradient = analytic["gradient.\(name)"]!
            guard gradient.type == tensor.type else { return (Int(name)!, .infinity) }
            let derivatives = gradient.doubles()
            let size = max(1, derivatives.map(abs).max() ?? 0)
            var worst = 0.0
            for index in stride(from: 0, to: tensor.elementCount, by: max(1, tensor.elementCount / 40)) {
                let numeric =
                    (try sum(moving: name, index, by: step) - sum(moving: name, index, by: -step)) / (2 * step)
                worst = max(worst, abs(numeric - derivatives[index]) / size)
            }
            return (Int(name)!, worst)
        }
    }

    private func sum(moving name: String, _ index: Int, by step: Double) throws -> Double {
        var moved = inputs
        moved[name]!.withMutableElements(Double.self) { $0[index] += step }
        var values: [Value: Tensor] = [:]
        // Only the forward part: the backward nodes come after the sum.
        for node in graph.nodes {
            let results =
                if let input = node.op as? Input { [moved[input.name]!] } else {
                    try Evaluator.evaluate(node.op, node.inputs.map { values[$0]! })
                }
            for (slot, result) in results.enumerated() { values[node.output(slot)] = result }
            if node.id == graph.outputs.first(where: { $0.name == "sum" })!.value.node { break }
        }
        return values[graph.outputs.first { $0.name == "sum" }!.value]!.doubles()[0]
    }
}
