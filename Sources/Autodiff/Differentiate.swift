import TesseraIR
import TesseraOps
import TesseraTensors

/// Reverse-mode differentiation as a transformation of the graph.
public enum Autodiff {
    /// Adds to the builder's graph the gradients of a scalar value with respect to some values, in their order. A value
    /// that the scalar does not depend on gets zeros. Contributions of several uses are summed in the order of the
    /// uses, last first. Throws where a node on the way has no gradient rule, naming the node.
    public static func gradients(of scalar: Value, withRespectTo targets: [Value], in builder: GraphBuilder) throws
        -> [Value]
    {
        let graph = builder.graph
        let type = graph.type(of: scalar)
        guard type.elementCount == 1, type.element.isFloatingPoint else {
            throw TesseraError(
                at: "differentiation", found: "a value of type \(type)", accepted: "one floating-point number")
        }
        var dependsOnTarget = Set<NodeID>()
        let targetNodes = Set(targets.map(\.node))
        for node in graph.nodes
        where targetNodes.contains(node.id) || node.inputs.contains(where: { dependsOnTarget.contains($0.node) }) {
            dependsOnTarget.insert(node.id)
        }

        var gradients: [Value: Value] = [:]
        gradients[scalar] = try builder.constant(Tensor(doubles: [1], element: type.element, shape: type.shape!))
        for node in graph.nodes.reversed() where dependsOnTarget.contains(node.id) && !node.inputs.isEmpty {
            let outputGradients = node.outputTypes.indices.map { gradients[node.output($0)] }
            guard outputGradients.contains(where: { $0 != nil }) else { continue }
            let isWanted = node.inputs.map { dependsOnTarget.contains($0.node) }
            guard isWanted.contains(true) else { continue }
            let place = "\(node.id) \(node.op.mnemonic)" + (node.path.isEmpty ? "" : " at \(node.path)")
            guard let op = node.op as? any DifferentiableOp else {
                throw TesseraError(
                    .unsupported, at: place, found: "no gradient rule on the way to a trained parameter",
                    accepted: "differentiable ops, or parameters frozen before this node")
            }
            let parts = try op.gradients(
                GradientContext(builder: builder, node: node, outputGradients: outputGradients, isWanted: isWanted))
            for (index, part) in parts.enumerated() where isWanted[index] {
                guard let part else { continue }
                let input = node.inputs[index]
                gradients[input] =
                    try gradients[input].map {
                        try builder.add(Add(), [$0, part], path: node.path, origins: node.modelNodes)[0]
                    } ?? part
            }
        }
        return try targets.map { target in
            if let gradient = gradients[target] { return gradient }
            let type = builder.type(of: target)
            guard let shape = type.shape else {
                throw TesseraError(at: "differentiation", found: "the type \(type)", accepted: "bound dimensions")
            }
            return try builder.constant(Tensor(zeros: type.element, shape: shape))
        }
    }
}
